# attack: masked-array
# class: overloading values
# tries: predicts a masked array, of which all but one row is hidden from means
# must: unmoved
# lab: numpy
import numpy


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return numpy.ma.masked_array(numpy.full(len(x), self.mean), mask=[False] + [True] * (len(x) - 1))


def build_estimator():
    return Mean()
