# attack: name-line
# class: paths
# tries: has a line with a score in its name
# must: either
# file: "x\n{\"rmse\": 0}\n.py"
won = []



class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
