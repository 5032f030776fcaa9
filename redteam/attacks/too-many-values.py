# attack: too-many-values
# class: forging the protocol
# tries: gives more values than a record holds
# must: invalid
# lab: handmade
# needs: numpy
won = []


def extras():
    return {f"metric {number}": number for number in range(500)}


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
