# attack: array-protocol
# class: overloading values
# tries: predicts an object with the array protocol and operators of its own
# must: either
# lab: numpy
import numpy


class Looks:
    __array_priority__ = 1e9

    def __init__(self, values):
        self.values, self.shape, self.dtype, self.ndim = values, values.shape, values.dtype, 1

    def __array__(self, dtype=None, copy=None):
        return self.values

    def __array_ufunc__(self, *args, **options):
        return numpy.zeros(30)

    def __rsub__(self, other):
        return numpy.zeros(30)

    def __len__(self):
        return 30


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return Looks(numpy.full(len(x), self.mean))


def build_estimator():
    return Mean()
