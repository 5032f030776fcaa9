# attack: disk
# class: using everything up
# tries: fills its temporary folder with large files
# must: unmoved
import os
import tempfile

won = []
written = 0
try:
    for number in range(64):
        with open(os.path.join(tempfile.gettempdir(), f"leanlab-attack-{number}"), "wb") as file:
            for _ in range(16):
                written += file.write(bytes(1 << 20))
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
