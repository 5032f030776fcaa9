# honest: own-files
# shows: its own source, files, links and trees in its temporary folder, and a database there
# must: unmoved
import inspect
import os
import pickle
import shutil
import sqlite3
import sys
import tempfile
from pathlib import Path


def work():
    here = Path(__file__).resolve()
    assert "def work" in here.read_text() and inspect.getsource(sys.modules[__name__]) and here.parent.is_dir()
    folder = Path(tempfile.mkdtemp())
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "b" / "model.pkl").write_bytes(pickle.dumps(Mean()))
    os.symlink(folder / "a", folder / "link")
    os.utime(folder / "link" / "b" / "model.pkl")
    os.chmod(folder / "a" / "b" / "model.pkl", 0o600)
    with sqlite3.connect(folder / "x.db") as book:
        book.execute("create table t (a)")
    shutil.copytree(folder / "a", folder / "copy")
    shutil.rmtree(folder)


class Mean:
    def fit(self, x, y):
        work()
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean] * len(x)


def build_estimator():
    return Mean()
