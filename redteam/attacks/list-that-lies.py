# attack: list-that-lies
# class: overloading values
# tries: predicts a list that lies about its length, its items and its class
# must: either
class Lies(list):
    def __len__(self):
        return 30

    def __iter__(self):
        return iter([])

    def __getitem__(self, index):
        return 0.0

    __class__ = list


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return Lies([self.mean] * len(x))


def build_estimator():
    return Mean()
