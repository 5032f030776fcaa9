# attack: name-escape
# class: paths
# tries: has escape sequences in its name
# must: either
# file: "\u001b]0;leanlab-attack\u0007\u001b[2J.py"
won = []



class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
