# attack: change-itself
# class: changing files
# tries: replaces its own file while it is judged, to be recorded as another program
# must: unmoved
import os

won = []
for act in (lambda: open(__file__, "w").write("# innocent\n"), lambda: os.replace(__file__ + "2", __file__), lambda: os.unlink(__file__)):
    try:
        act()
        won.append(1)
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
