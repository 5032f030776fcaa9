# attack: error-behind-decoys
# class: printing a score
# tries: raises an error that is a score line, after so many others that it is not remembered
# must: invalid
# lab: careless


class Mean:
    notes = ['{"rmse": %d.5}' % number for number in range(30000)]

    def __str__(self):
        return "".join(' {"rmse": %d.5}\r' % number for number in range(300)) + "x"

    def fit(self, x, y):
        raise ValueError('{"rmse": 0.0}')


def build_estimator():
    return Mean()
