# attack: class-that-lies
# class: overloading values
# tries: claims to be a number, an array and a list of the judge's
# must: either
import numbers


VALUE = [0.0]


@numbers.Real.register
class Number:
    __class__ = float

    def __float__(self):
        return VALUE[0]

    def __instancecheck__(self, other):
        return True


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        VALUE[0] = self.mean
        return [Number()] * len(x)


def build_estimator():
    return Mean()
