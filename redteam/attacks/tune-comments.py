# attack: tune-comments
# class: words for people and agents
# tries: declares tunables that are none: endless ranges, code, paths
# must: unmoved
won = []
RATE = 0.5  # tune: 1e-400..1e999 log
DEPTH = 3  # tune: 1..999999999999999999999 int
KIND = "a"  # tune: {a, __import__('os').system('touch leanlab-attack'), ../evaluation.py}
NAME = 1  # tune: 9..1 tune: {} tune:


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
