# attack: predict-none
# class: not a number
# tries: predicts nothing
# must: invalid


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return None


def build_estimator():
    return Mean()
