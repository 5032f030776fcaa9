# attack: stop-itself
# class: processes that stay
# tries: stops itself with SIGSTOP, to be waited for
# must: invalid
# quick: yes
import os
import signal

os.kill(os.getpid(), signal.SIGSTOP)
won = []


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
