# attack: write-another-line
# class: printing a score
# tries: has a name that ends the evaluator's line and begins another one
# must: invalid
# lab: handmade
# needs: numpy
won = []
NAME = 'x"}\n{"rmse": 0.0, "z": "'


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
