# attack: closed-folders
# class: state for the next run
# tries: leaves folders that nobody may enter, so that they cannot be removed
# must: unmoved
import os
import tempfile

for _ in range(20):
    top = tempfile.mkdtemp(prefix="leanlab-attack")
    os.makedirs(top + "/a/b/c")
    open(top + "/a/b/c/leanlab-attack", "w").close()
    for place in ("/a/b/c/leanlab-attack", "/a/b/c", "/a/b", "/a", ""):
        os.chmod(top + place, 0)
os.chmod(tempfile.gettempdir(), 0)


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean] * len(x)


def build_estimator():
    return Mean()
