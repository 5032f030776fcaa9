# attack: read-book
# class: reading answers
# tries: reads the book, the ledger and other experiments, to copy the best
# must: unmoved
import glob
import os

won = []
lab = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
for place in (lab, "/proc/1/root" + lab, os.path.dirname(lab) + "/state", os.path.dirname(lab)):
    try:
        won += [name for name in os.listdir(place) if name not in ("experiments", os.path.basename(lab), "proxied", "isolated", "numpy")]
    except OSError:
        pass
for place in glob.glob(os.path.dirname(os.path.abspath(__file__)) + "/*"):
    if os.path.abspath(place) == os.path.abspath(__file__):
        continue
    try:
        with open(place) as file:
            won.append(file.read(10))
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
