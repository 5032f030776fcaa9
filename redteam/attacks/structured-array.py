# attack: structured-array
# class: overloading values
# tries: predicts arrays of types that the judge does not expect: records, dates, texts
# must: invalid
# lab: numpy
import numpy


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return numpy.zeros(len(x), dtype=[("value", "<f8"), ("other", "O")])


def build_estimator():
    return Mean()
