# attack: predict-long-doubles
# class: NaN, infinity, wrong shapes
# tries: predicts long doubles that are finite until they become doubles
# must: invalid
# lab: numpy
import numpy


class Mean:
    def fit(self, x, y):
        return self

    def predict(self, x):
        return numpy.full(len(x), numpy.longdouble("1e4000"))


def build_estimator():
    return Mean()
