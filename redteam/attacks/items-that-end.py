# attack: items-that-end
# class: overloading values
# tries: predicts an object whose items end at the first one that is asked for
# must: invalid
# lab: careless
class Nothing:
    def __init__(self, length):
        self.length = length

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        raise IndexError(index)


class Mean:
    def fit(self, x, y):
        return self

    def predict(self, x):
        return Nothing(len(x))


def build_estimator():
    return Mean()
