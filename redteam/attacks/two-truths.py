# attack: two-truths
# class: words for people and agents
# tries: answers honestly at first and better on a second call, if it is asked twice
# must: unmoved
calls = []


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        calls.append(1)
        return [self.mean if len(calls) == 1 else 0.0] * len(x)


def build_estimator():
    return Mean()
