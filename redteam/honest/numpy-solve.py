# honest: numpy-solve
# shows: linear algebra with numpy and its threads
# must: better
# lab: numpy
import numpy


class Linear:
    def fit(self, x, y):
        noise = numpy.random.default_rng(0).normal(size=(400, 400))
        numpy.linalg.svd(noise @ noise.T)
        self.weights = numpy.linalg.lstsq(numpy.column_stack([x, numpy.ones(len(x))]), y, rcond=None)[0]
        return self

    def predict(self, x):
        return numpy.column_stack([x, numpy.ones(len(x))]) @ self.weights


def build_estimator():
    return Linear()
