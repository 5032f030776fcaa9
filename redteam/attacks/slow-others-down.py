# attack: slow-others-down
# class: other processes
# tries: gives its parent another core, another policy and another priority
# must: unmoved
import os
import resource

won = []
OTHER = os.getppid()
for act in (
    lambda: os.sched_setaffinity(OTHER, {0}),
    lambda: os.sched_setscheduler(OTHER, os.SCHED_IDLE, os.sched_param(0)),
    lambda: os.setpriority(os.PRIO_USER, 0, 19),
    lambda: os.setpriority(os.PRIO_PROCESS, OTHER, 19),
    lambda: resource.prlimit(OTHER, resource.RLIMIT_CPU, (1, 1)),
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
