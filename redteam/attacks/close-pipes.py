# attack: close-pipes
# class: forging the protocol
# tries: closes its pipes and goes on running
# must: invalid
# quick: yes
import os
import time

os.close(3)
os.close(4)
time.sleep(3600)
won = []


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
