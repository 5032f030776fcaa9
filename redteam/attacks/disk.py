# attack: disk
# class: using everything up
# tries: fills its temporary folder with large files, ten times as much as it may
# must: either
import os
import tempfile
import time

won = []
written = 0
try:
    for number in range(160):
        with open(os.path.join(tempfile.gettempdir(), f"leanlab-attack-{number}"), "wb") as file:
            for _ in range(4):
                written += file.write(bytes(1 << 20))
        time.sleep(0.02)
except OSError:
    pass
if written > 512 << 20:
    won.append(written)


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
