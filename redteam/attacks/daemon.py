# attack: daemon
# class: processes that stay
# tries: forks twice, leaves its session and waits for the next experiment
# must: unmoved
import os
import time

won = []
try:
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(3600)
        os._exit(0)
    won.append("forked")
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
