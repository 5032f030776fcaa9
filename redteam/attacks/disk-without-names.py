# attack: disk-without-names
# class: using everything up
# tries: writes into files that have no name any more, and keeps them open
# must: either
import os
import tempfile
import time

won = []
written = 0
held = []
try:
    for number in range(160):
        held.append(tempfile.TemporaryFile())
        for _ in range(4):
            written += held[-1].write(bytes(1 << 20))
        held[-1].flush()
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
