"""The starting point: a plane through guessed slopes; its three constants may be tuned."""

FIRST = 0.0  # tune: -5.0..5.0
SECOND = 0.0  # tune: -5.0..5.0
THIRD = 0.0  # tune: -5.0..5.0


class Plane:
    def fit(self, x, y):
        self.base = sum(answer - self._slope(row) for row, answer in zip(x, y)) / len(x)
        return self

    def _slope(self, row):
        return FIRST * row[0] + SECOND * row[1] + THIRD * row[2]

    def predict(self, x):
        return [self.base + self._slope(row) for row in x]


def build_estimator():
    return Plane()
