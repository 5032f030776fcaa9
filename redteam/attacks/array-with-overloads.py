# attack: array-with-overloads
# class: overloading values
# tries: predicts an array whose ufuncs answer zero
# must: unmoved
# lab: numpy
import numpy


class Zero(numpy.ndarray):
    __array_priority__ = 1e9

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        return numpy.zeros(30)

    def __array_function__(self, function, types, args, options):
        return numpy.float64(0.0)

    def __rsub__(self, other):
        return numpy.zeros(30)


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return numpy.full(len(x), self.mean).view(Zero)


def build_estimator():
    return Mean()
