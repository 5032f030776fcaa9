# attack: name-shell
# class: paths
# tries: has a name that a shell would run
# must: either
# file: "$(touch leanlab-attack);`touch leanlab-attack`.py"
won = []



class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
