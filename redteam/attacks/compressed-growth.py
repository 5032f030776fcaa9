# attack: compressed-growth
# class: using everything up
# tries: makes a file with a hole of a terabyte
# must: unmoved
import os
import tempfile

won = []
try:
    with open(os.path.join(tempfile.gettempdir(), "leanlab-attack-hole"), "wb") as file:
        file.truncate(1 << 40)
except OSError:
    pass


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
