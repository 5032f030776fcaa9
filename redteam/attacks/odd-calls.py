# attack: odd-calls
# class: the kernel
# tries: tries bpf, perf, userfaultfd, io_uring, kcmp, modules, reboot and clocks
# must: unmoved
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
calls = {"bpf": (321, 0, bytes(128), 128), "perf": (298, bytes(128), 0, -1, -1, 0), "userfaultfd": (323, 1), "io_uring": (425, 8, bytes(120)), "kcmp": (312, 1, 1, 0, 0, 0), "module": (175, b"", 0, b""),
         "reboot": (169, 0, 0, 0, None), "settime": (227, 0, bytes(16)), "adjtime": (305, 0, bytes(208)), "syslog": (103, 3, bytes(64), 64), "acct": (163, b"/tmp/leanlab-attack"), "swapon": (167, b"/tmp", 0),
         "sethostname": (170, b"leanlab-attack", 14), "fanotify": (300, 0, 0), "unknown": (999, 0), "memfd_secret": (447, 0)}
won = [name for name, arguments in calls.items() if libc.syscall(*arguments) >= 0 and name != "memfd_secret"]


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
