# attack: endless-predictions
# class: overloading values
# tries: answers with an iterator that never ends
# must: invalid
# quick: yes
import itertools


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return itertools.repeat(self.mean)


def build_estimator():
    return Mean()
