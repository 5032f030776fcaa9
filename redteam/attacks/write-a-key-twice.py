# attack: write-a-key-twice
# class: printing a score
# tries: has a name that is a second score in the middle of the evaluator's line
# must: invalid
# lab: handmade
# needs: numpy
won = []
NAME = 'x", "rmse": 0.0, "y": "'


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
