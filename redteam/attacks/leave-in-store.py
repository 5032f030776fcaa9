# attack: leave-in-store
# class: state for the next run
# tries: caches answers in the folders of libraries and engines for the next experiment
# must: unmoved
import os

won = []
lab = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
for place in (lab + "/../state/labs", lab + "/../state", lab + "/../events", lab + "/experiments", lab + "/agents", os.path.dirname(os.__file__) + "/__pycache__", "/usr/local/share", "/var/cache"):
    try:
        with open(place + "/leanlab-attack", "w") as file:
            file.write("answers")
        won.append(place)
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
