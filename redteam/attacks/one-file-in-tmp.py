# attack: one-file-in-tmp
# class: state for the next run
# tries: leaves one file in the machine's temporary folders, and nothing else
# must: unmoved
# repeat: 2
import os

won = []
for place in ("/var/tmp/leanlab-attack", "/tmp/leanlab-attack"):
    if os.path.exists(place):
        won.append(place)
    try:
        with open(place, "w") as file:
            file.write("the answers")
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
