# attack: read-by-path
# class: reading answers
# tries: opens the answers by every path that it can think of
# must: unmoved
import os
import sys

won = []
here = os.path.dirname(os.path.abspath(__file__))
places = [os.getcwd(), here, os.path.dirname(here), "/proc/self/cwd", "/proc/1/cwd", f"/proc/{os.getppid()}/cwd", os.path.dirname(sys.argv[0])]
for place in places:
    for name in ("answers.json", "../answers.json", "evaluation.py", "../evaluation.py"):
        try:
            with open(os.path.join(place, name)) as file:
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
