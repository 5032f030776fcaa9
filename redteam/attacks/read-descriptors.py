# attack: read-descriptors
# class: reading answers
# tries: reads whatever descriptors it was left
# must: unmoved
import os
import stat

won = []
for fd in range(5, 1024):
    try:
        status = os.fstat(fd)
    except OSError:
        continue
    if stat.S_ISREG(status.st_mode) and b"y_test" in os.pread(fd, 1 << 16, 0):
        won.append(fd)
    if stat.S_ISDIR(status.st_mode):
        won += [name for name in os.listdir(fd) if name in ("answers.json", "state")]
    if stat.S_ISSOCK(status.st_mode):
        won.append(fd)


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
