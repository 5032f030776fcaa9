# attack: print-on-every-descriptor
# class: printing a score
# tries: writes a score line to every open descriptor
# must: invalid
import os

for fd in range(256):
    try:
        os.write(fd, b'{"rmse": 0.0}\n')
    except OSError:
        pass
won = []


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
