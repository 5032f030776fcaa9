# attack: memory-in-pipes
# class: using everything up
# tries: fills pipes and socket pairs that nobody reads
# must: unmoved
import os
import socket

won = []
held = []
written = 0
try:
    for _ in range(400):
        held.append(os.pipe() if len(held) % 2 else tuple(end.detach() for end in socket.socketpair()))
        for fd in held[-1]:
            os.set_blocking(fd, False)
        try:
            while True:
                written += os.write(held[-1][1], bytes(65536))
        except BlockingIOError:
            pass
except OSError:
    pass
if written > 600 << 20:
    won.append(written)


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
