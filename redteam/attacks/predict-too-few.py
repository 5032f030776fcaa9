# attack: predict-too-few
# class: not a number
# tries: predicts fewer predictions than rows
# must: invalid


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean] * (len(x) - 1)


def build_estimator():
    return Mean()
