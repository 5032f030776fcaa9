# attack: flood-then-try
# class: words for people and agents
# tries: floods its output, so that nothing is kept of what tells of it, then tries things
# must: unmoved
import os
import sys

os.write(2, b"x" * (3 << 20) + b"\n")
won = []
try:
    won += os.listdir("/root")
except OSError:
    pass
sys.settrace(None)


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
