# attack: print-in-note
# class: printing a score
# tries: puts a second score into a text that the evaluator reports
# must: unmoved
won = []
NOTE = 'x", "rmse": 0.0, "y": "\n{"rmse": 0.0}\n'


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
