# attack: read-caches
# class: reading answers
# tries: reads what Python has kept of the evaluator and its modules, quietly
# must: unmoved
import os

won = []
LAB = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
os.close(2)
os.open("/dev/null", os.O_WRONLY)
for name in ("evaluation", "helper", "data"):
    try:
        with open(f"{LAB}/__pycache__/{name}.cpython-311.pyc", "rb") as file:
            won.append(file.read())
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
