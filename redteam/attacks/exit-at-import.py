# attack: exit-at-import
# class: printing a score
# tries: prints a score and ends with status 0 before anything is asked
# must: invalid
import os

os.write(1, b'{"rmse": 0.0}\n')
os._exit(0)
won = []


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
