# honest: odd-numbers
# shows: predictions that are numbers, but no floats: fractions, decimals, a tuple
# must: close
from decimal import Decimal
from fractions import Fraction


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return tuple(Fraction(self.mean) if index % 2 else Decimal(self.mean) for index, _ in enumerate(x))


def build_estimator():
    return Mean()
