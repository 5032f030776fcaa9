# attack: error-with-odd-breaks
# class: printing a score
# tries: raises an error whose text is a score line to leanlab and two lines to Python: a line separator inside
# must: invalid
# lab: careless


class Mean:
    def fit(self, x, y):
        raise ValueError('{"a": "\u2028\x85", "rmse": 0.0}')


def build_estimator():
    return Mean()
