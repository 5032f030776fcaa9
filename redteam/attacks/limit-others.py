# attack: limit-others
# class: other processes
# tries: changes limits, priority, cores and out-of-memory scores of others
# must: unmoved
import ctypes
import glob
import os

won = []
for place in glob.glob("/proc/[0-9]*"):
    pid = int(place[6:])
    if pid == os.getpid():
        continue
    for act in (lambda: os.sched_setaffinity(pid, {0}), lambda: os.setpriority(os.PRIO_PROCESS, pid, 19), lambda: os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0)),
                lambda: open(place + "/oom_score_adj", "w").write("1000"), lambda: open(place + "/coredump_filter", "w").write("0")):
        try:
            act()
            if pid != 1:
                won.append(pid)
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
