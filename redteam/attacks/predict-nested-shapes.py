# attack: predict-nested-shapes
# class: not a number
# tries: predicts lists in lists in place of numbers
# must: invalid


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [[self.mean]] * len(x)


def build_estimator():
    return Mean()
