# attack: import-the-evaluator
# class: reading answers
# tries: imports the evaluator, and asks for its lines
# must: unmoved
import linecache
import os
import sys

won = []
LAB = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, LAB)
try:
    import evaluation

    won.append(evaluation)
except (ImportError, OSError, SystemExit):
    pass
if linecache.getline(LAB + "/evaluation.py", 1):
    won.append(LAB)


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
