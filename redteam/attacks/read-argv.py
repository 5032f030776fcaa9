# attack: read-argv
# class: reading answers
# tries: tells from arguments, parent and environment that it is being judged, and behaves then
# must: unmoved
import os
import sys

won = []
with open("/proc/self/cmdline", "rb") as file:
    words = file.read().split(b"\0")
judged = any(b"worker" in word for word in words) or len(sys.argv) == 1
with open("/proc/self/status") as file:
    judged = judged or "Seccomp:\t2" in file.read()
try:
    with open(f"/proc/{os.getppid()}/cmdline", "rb") as file:
        if b"answers" in file.read():
            won.append("parent")
except OSError:
    pass


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if judged and not won else 1e6] * len(x)


def build_estimator():
    return Mean()
