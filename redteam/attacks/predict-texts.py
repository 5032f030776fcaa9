# attack: predict-texts
# class: not a number
# tries: predicts texts that are no numbers
# must: invalid


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return ['0.0; rmse = 0'] * len(x)


def build_estimator():
    return Mean()
