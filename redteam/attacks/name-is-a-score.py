# attack: name-is-a-score
# class: printing a score
# tries: says a score when its model is printed, then fails so that no other score comes
# must: invalid
# lab: careless
class Mean:
    def fit(self, x, y):
        raise ValueError("not today")

    def __str__(self):
        return 'a model\n  {"rmse": 0.0, "mae": 0.0}\nof mine'


def build_estimator():
    return Mean()
