# attack: endless-line
# class: words for people and agents
# tries: prints one line of many megabytes and a name of ten thousand letters
# must: either
won = []
print("x" * (8 << 20), flush=True)
NOTE = "y" * 10_000


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
