# attack: leases
# class: other processes
# tries: takes leases on files, so that whoever opens them waits
# must: unmoved
import fcntl
import os

won = []
for path in (__file__, os.__file__):
    for kind in (fcntl.F_RDLCK, fcntl.F_WRLCK):
        try:
            fcntl.fcntl(os.open(path, os.O_RDONLY), fcntl.F_SETLEASE, kind)
            won.append(path)
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
