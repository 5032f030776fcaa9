# attack: dates-of-files
# class: state for the next run
# tries: writes into the dates of its file, and looks whether they stayed
# must: unmoved
import os

won = []
try:
    os.utime(__file__, (1, 1))
except OSError:
    pass
if os.stat(__file__).st_mtime < 1000:
    won.append(__file__)


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
