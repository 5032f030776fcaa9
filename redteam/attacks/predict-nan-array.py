# attack: predict-nan-array
# class: not a number
# tries: predicts an array with not-a-number in it
# must: invalid
# lab: numpy
import numpy


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return numpy.full(len(x), numpy.nan)


def build_estimator():
    return Mean()
