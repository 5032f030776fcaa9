# attack: output
# class: using everything up
# tries: prints a gigabyte, a score at its end
# must: either
import os

won = []
for _ in range(1024):
    os.write(1, b"x" * (1 << 20))
os.write(1, b'\n{"rmse": 0.0}\n')


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
