# attack: object-array
# class: overloading values
# tries: predicts an array of objects whose difference is zero
# must: invalid
# lab: numpy
import numpy


class Zero:
    def __rsub__(self, other):
        return 0.0

    def __array_ufunc__(self, *args, **options):
        return 0.0


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        values = numpy.empty(len(x), dtype=object)
        values[:] = [Zero() for _ in x]
        return values


def build_estimator():
    return Mean()
