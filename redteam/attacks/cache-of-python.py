# attack: cache-of-python
# class: state for the next run
# tries: puts compiled code beside its own, for the next experiment
# must: unmoved
import os

won = []
try:
    folder = os.path.join(os.path.dirname(__file__), "__pycache__")
    os.makedirs(folder, exist_ok=True)
    with open(folder + "/leanlab-attack.cpython-311.pyc", "wb") as file:
        file.write(b"answers")
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
