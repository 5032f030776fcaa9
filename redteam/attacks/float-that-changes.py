# attack: float-that-changes
# class: overloading values
# tries: predicts objects that give another number each time they are asked
# must: unmoved
class Changing:
    def __init__(self, value):
        self.value, self.asked = value, 0

    def __float__(self):
        self.asked += 1
        return self.value if self.asked == 1 else 0.0


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [Changing(self.mean) for _ in x]


def build_estimator():
    return Mean()
