# attack: get-item-tricks
# class: overloading values
# tries: puts properties with side effects behind every name that the judge could ask for
# must: unmoved
class Everything:
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        print(f'{{"rmse": 0.0, "asked": "{name}"}}', flush=True)
        return lambda *args, **options: 0.0

    def fit(self, x, y):
        self.mean = sum(y) / len(y)

    def predict(self, x):
        return [self.mean] * len(x)


def build_estimator():
    return Everything()
