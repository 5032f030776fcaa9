# attack: predict-infinity
# class: not a number
# tries: predicts infinite numbers
# must: invalid


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [float('inf')] * (len(x) - 1) + [float('-inf')]


def build_estimator():
    return Mean()
