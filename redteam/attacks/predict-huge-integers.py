# attack: predict-huge-integers
# class: not a number
# tries: predicts integers of ten thousand digits
# must: invalid


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [10 ** 10000] * len(x)


def build_estimator():
    return Mean()
