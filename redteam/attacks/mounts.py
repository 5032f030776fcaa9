# attack: mounts
# class: the kernel
# tries: mounts, unmounts, pivots and changes its root
# must: unmoved
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
won = []
for name, result in (("mount", libc.mount(b"tmpfs", b"/tmp", b"tmpfs", 0, None)), ("bind", libc.mount(b"/", b"/tmp", None, 4096, None)), ("remount", libc.mount(None, b"/", None, 32, None)),
                     ("umount", libc.umount2(b"/proc", 2)), ("chroot", libc.chroot(b"/tmp")), ("open_tree", libc.syscall(428, -100, b"/", 1) + 1), ("fsopen", libc.syscall(430, b"tmpfs", 0) + 1),
                     ("handle", libc.syscall(304, -100, bytes(128), 0) + 1)):
    if result == 0 if name in ("mount", "bind", "remount", "umount", "chroot") else result > 0:
        won.append(name)


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
