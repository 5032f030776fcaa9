# attack: terminal-input
# class: the kernel
# tries: types a command into the terminal of whoever runs it
# must: unmoved
import fcntl
import os

won = []
terminals = [0, 1, 2]
try:
    terminals.append(os.open("/dev/tty", os.O_RDWR))
except OSError:
    pass
for terminal in terminals:
    for character in b"echo leanlab-attack\n":
        try:
            fcntl.ioctl(terminal, 0x5412, bytes([character]))
            won.append(terminal)
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
