# attack: leave-keys
# class: state for the next run
# tries: leaves keys in the kernel's keyrings
# must: unmoved
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
won = []
for ring in (-1, -2, -3, -4, -5):
    if libc.syscall(248, b"user", b"leanlab-attack", b"answers", 7, ring) > 0:
        won.append(ring)
    if libc.syscall(250, 10, ring, b"user", b"leanlab-attack", 0) > 0:
        won.append(ring)


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
