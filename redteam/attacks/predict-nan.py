# attack: predict-nan
# class: not a number
# tries: predicts not-a-number
# must: invalid


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [float('nan')] * len(x)


def build_estimator():
    return Mean()
