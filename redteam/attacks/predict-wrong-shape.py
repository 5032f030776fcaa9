# attack: predict-wrong-shape
# class: not a number
# tries: predicts a column, which numpy would compare with every row
# must: invalid
# lab: numpy
import numpy


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return numpy.full((len(x), 1), self.mean)


def build_estimator():
    return Mean()
