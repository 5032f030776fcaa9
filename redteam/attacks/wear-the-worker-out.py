# attack: wear-the-worker-out
# class: patching the judge
# tries: replaces functions of Python, of json and of the worker, and ignores what would end it
# must: either
import builtins
import json
import signal
import sys
import time

builtins.abs = lambda value: 0.0
json.loads = lambda text: {}
time.time = lambda: 0.0
signal.signal(signal.SIGTERM, signal.SIG_IGN)
sys.modules["leanlab_judge.values"].MAX_DEPTH = 10**9


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean] * len(x)


def build_estimator():
    return Mean()
