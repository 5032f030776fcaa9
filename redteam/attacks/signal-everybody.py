# attack: signal-everybody
# class: other processes
# tries: sends SIGKILL to everybody but itself
# must: either
import os
import signal

won = []
for target in (-1, -os.getppid() or -1):
    try:
        os.kill(target, signal.SIGKILL)
    except OSError:
        pass
try:
    os.killpg(0, signal.SIGTERM)
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
