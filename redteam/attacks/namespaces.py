# attack: namespaces
# class: the kernel
# tries: makes user, mount and network namespaces, to be root there
# must: unmoved
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
won = [flag for flag in (0x10000000, 0x00020000, 0x40000000, 0x08000000, 0x02000000) if libc.unshare(flag) == 0]
if libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0) > 0:
    won.append("clone")


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
