# attack: memory-without-mapping
# class: using everything up
# tries: keeps a gigabyte in memory files that it never maps, where no process is seen to use it
# must: either
import os
import time

won = []
written = 0
try:
    for number in range(64):
        fd = os.memfd_create("leanlab-attack")
        for _ in range(16):
            written += os.write(fd, bytes(1 << 20))
        time.sleep(0.02)
except OSError:
    pass
if written > 600 << 20:
    won.append(written)


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
