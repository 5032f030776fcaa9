# attack: inodes
# class: using everything up
# tries: fills its temporary folder with a hundred thousand names
# must: unmoved

import os
import tempfile

won = []
folder = tempfile.gettempdir()
try:
    for number in range(110_000):
        os.close(os.open(f"{folder}/leanlab-attack-{number}", os.O_CREAT | os.O_WRONLY))
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
