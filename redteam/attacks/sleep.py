# attack: sleep
# class: using everything up
# tries: sleeps for an hour while the judge waits
# must: invalid
# quick: yes
import time


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        time.sleep(3600)
        return []


def build_estimator():
    return Mean()
