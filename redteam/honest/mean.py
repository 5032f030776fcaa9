# honest: mean
# shows: the reference: the mean of what it was shown
# must: unmoved


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean] * len(x)


def build_estimator():
    return Mean()
