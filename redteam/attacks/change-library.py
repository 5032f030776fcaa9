# attack: change-library
# class: changing files
# tries: changes the judge's own Python module and the standard library
# must: unmoved
import json
import os
import leanlab_judge

won = []
for module in (leanlab_judge, json, os):
    for act in (lambda: open(module.__file__, "a").write("#"), lambda: os.rename(module.__file__, module.__file__ + "~")):
        try:
            act()
            won.append(module.__name__)
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
