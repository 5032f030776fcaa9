# attack: dict-for-predictions
# class: overloading values
# tries: answers with a finished result in place of predictions
# must: invalid


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return {"rmse": 0.0, "mae": 0.0}


def build_estimator():
    return Mean()
