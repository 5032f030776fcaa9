# attack: predict-empty
# class: not a number
# tries: predicts an empty list
# must: invalid


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return []


def build_estimator():
    return Mean()
