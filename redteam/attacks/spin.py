# attack: spin
# class: using everything up
# tries: computes for ever in a call that no Python signal interrupts
# must: invalid
# quick: yes
import re


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        re.match(r"(a+)+$", "a" * 64 + "b")
        return []


def build_estimator():
    return Mean()
