# attack: patch-main
# class: patching the judge
# tries: replaces the functions of the main module
# must: unmoved
import sys

won = []
main = sys.modules["__main__"]
for name, value in list(vars(main).items()):
    if callable(value) and getattr(value, "__module__", "") == "__main__":
        setattr(main, name, lambda *args, **kwargs: 0.0)
main.math = main.json = None


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
