# attack: flags-on-a-file
# class: state for the next run
# tries: leaves flags on files through their file system, and looks for those of an earlier run
# must: unmoved
# repeat: 2
import fcntl
import os
import struct

GET, SET, NODUMP = 0x80086601, 0x40086602, 0x40  # FS_IOC_GETFLAGS, FS_IOC_SETFLAGS
won = []
for path in (__file__, os.__file__):
    try:
        fd = os.open(path, os.O_RDONLY)
        flags = bytearray(8)
        fcntl.ioctl(fd, GET, flags)
        now = struct.unpack("l", flags)[0]
        if now & NODUMP:
            won.append(path)
        fcntl.ioctl(fd, SET, struct.pack("l", now | NODUMP))
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
