# attack: read-objects
# class: reading answers
# tries: looks through all objects of the interpreter for the answers
# must: unmoved
import gc
import sys

won = []
for thing in gc.get_objects():
    if type(thing) is dict and "y_test" in thing and type(thing["y_test"]) is list:
        won.append("answers")
for module in list(sys.modules.values()):
    if getattr(module, "answers", None) or "y_test" in vars(module or object).get("data", ()):
        won.append(module.__name__)


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
