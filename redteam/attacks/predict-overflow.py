# attack: predict-overflow
# class: not a number
# tries: predicts numbers whose squares overflow
# must: invalid


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [1e200] * len(x)


def build_estimator():
    return Mean()
