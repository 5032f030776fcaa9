# attack: change-modes
# class: changing files
# tries: changes modes, times and attributes of the lab's files
# must: unmoved
import os

lab = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
for name in ("", "evaluation.py", "answers.json", "experiments", "experiments/" + os.path.basename(__file__), "../state"):
    place = os.path.join(lab, name)
    for act in (lambda: os.chmod(place, 0o777), lambda: os.utime(place, (0, 0)), lambda: os.chown(place, 65534, 65534), lambda: os.setxattr(place, "user.leanlab", b"attack")):
        try:
            act()
        except OSError:
            pass
won = []


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
