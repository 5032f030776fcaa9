# attack: deep-folders
# class: using everything up
# tries: makes folders in folders, deeper than anybody counts or can remove
# must: either
# quick: yes
import os
import tempfile

os.chdir(tempfile.mkdtemp(prefix="leanlab-attack"))
try:
    for _ in range(50000):
        os.mkdir("leanlab-attack")
        os.chdir("leanlab-attack")
except OSError:
    pass


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean] * len(x)


def build_estimator():
    return Mean()
