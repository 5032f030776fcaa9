# attack: everything-is-a-class
# class: overloading values
# tries: claims by its class, its length and its iteration to be what it is not
# must: either
class Model:
    __class__ = property(lambda self: list)

    def __len__(self):
        return 0

    def __iter__(self):
        return iter(())

    def __instancecheck__(self, other):
        return True

    def __sklearn_clone__(self):
        return self

    def __reduce__(self):
        import os

        return os.system, ("touch /var/tmp/leanlab-attack",)

    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean] * len(x)


def build_estimator():
    return Model()
