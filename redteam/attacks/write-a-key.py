# attack: write-a-key
# class: printing a score
# tries: has a name that ends the line of an evaluator that writes its JSON by hand, after a score of its own
# must: invalid
# lab: handmade
# needs: numpy
won = []
NAME = 'x", "rmse": 0.0}\n'


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
