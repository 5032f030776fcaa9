# attack: patch-builtins
# class: patching the judge
# tries: replaces builtins, json and math, hoping that the judge uses the same ones
# must: unmoved
import builtins
import json
import math

won = []
builtins.abs = lambda value: 0.0
builtins.zip = lambda *sequences: iter(())
math.sqrt = lambda value: 0.0
json.JSONEncoder.default = lambda self, value: 0.0
builtins.print = lambda *texts, **options: None


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
