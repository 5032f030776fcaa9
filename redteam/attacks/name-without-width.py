# attack: name-without-width
# class: paths
# tries: has the sample's name, with a space in it that has no width
# must: either
# file: "sam\u200bple.py"
won = []


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
