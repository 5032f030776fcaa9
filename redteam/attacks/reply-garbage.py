# attack: reply-garbage
# class: forging the protocol
# tries: writes random bytes into the pipe to its judge
# must: invalid
import os

os.write(4, os.urandom(4096))
won = []


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
