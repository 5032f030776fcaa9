# attack: hint-on-a-file
# class: state for the next run
# tries: leaves a write hint on files that it may only read, and looks for one of an earlier run
# must: unmoved
# repeat: 2
import fcntl
import os
import struct

GET, SET = 1035, 1036  # F_GET_RW_HINT, F_SET_RW_HINT
won = []
for path in (os.__file__, struct.__file__, __file__):
    try:
        fd = os.open(path, os.O_RDONLY)
        if struct.unpack("Q", fcntl.fcntl(fd, GET, bytes(8)))[0] != 0:
            won.append(path)
        fcntl.fcntl(fd, SET, struct.pack("Q", 3))
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
