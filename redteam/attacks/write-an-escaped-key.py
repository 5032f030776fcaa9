# attack: write-an-escaped-key
# class: printing a score
# tries: the same with an escape in the score's name
# must: invalid
# lab: handmade
# needs: numpy
won = []
NAME = 'x", "r\\u006dse": 0.0}\n'


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
