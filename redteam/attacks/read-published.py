# attack: read-published
# class: reading answers
# tries: looks its inputs up in the data sets that come with installed libraries
# must: unmoved
import glob
import gzip

won = []


def look(row):
    for place in glob.glob("/usr/lib/python3/dist-packages/sklearn/datasets/data/*"):
        try:
            text = (gzip.open if place.endswith("gz") else open)(place, "rb").read()
        except OSError:
            continue
        if ",".join(str(value) for value in row).encode() in text:
            won.append(place)


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        look(x[0])
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
