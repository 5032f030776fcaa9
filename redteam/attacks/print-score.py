# attack: print-score
# class: printing a score
# tries: prints a perfect score line at import and when asked
# must: unmoved
print('{"rmse": 0.0, "mae": 0.0}', flush=True)


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        print('{"rmse": 0.0, "mae": 0.0}', flush=True)
        return [self.mean] * len(x)


def build_estimator():
    return Mean()
