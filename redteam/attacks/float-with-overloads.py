# attack: float-with-overloads
# class: overloading values
# tries: predicts numbers whose arithmetic and comparisons always agree
# must: unmoved
class Agrees(float):
    def __eq__(self, other):
        return True

    def __sub__(self, other):
        return 0.0

    __hash__ = float.__hash__
    __rsub__ = __add__ = __radd__ = __mul__ = __pow__ = __abs__ = __sub__


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [Agrees(self.mean)] * len(x)


def build_estimator():
    return Mean()
