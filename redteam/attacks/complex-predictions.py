# attack: complex-predictions
# class: overloading values
# tries: predicts complex numbers, whose squares may be negative
# must: invalid
# lab: numpy
import numpy


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return numpy.full(len(x), self.mean + 4.5j)


def build_estimator():
    return Mean()
