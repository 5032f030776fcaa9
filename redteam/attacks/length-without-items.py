# attack: length-without-items
# class: overloading values
# tries: predicts an object that says to have all items and gives none
# must: invalid
# lab: careless
class Nothing:
    def __init__(self, length):
        self.length = length

    def __len__(self):
        return self.length

    def __iter__(self):
        return iter(())


class Mean:
    def fit(self, x, y):
        return self

    def predict(self, x):
        return Nothing(len(x))


def build_estimator():
    return Mean()
