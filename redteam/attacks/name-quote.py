# attack: name-quote
# class: paths
# tries: has quotes, spaces and a placeholder in its name
# must: either
# file: "a 'b\" {file} -c exit.py"
won = []



class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
