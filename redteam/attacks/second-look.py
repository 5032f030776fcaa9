# attack: second-look
# class: overloading values
# tries: predicts an object that gives nothing when it is looked at for the second time
# must: either
# lab: careless
class Once:
    looks = 0

    def __init__(self, values):
        self.values = values

    def __len__(self):
        return len(self.values) if self.looks < 1 else 0

    def __iter__(self):
        self.looks += 1
        return iter(self.values if self.looks == 1 else ())


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return Once([self.mean] * len(x))


def build_estimator():
    return Mean()
