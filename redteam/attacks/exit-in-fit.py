# attack: exit-in-fit
# class: printing a score
# tries: prints a score and raises SystemExit(0) when it is trained
# must: invalid
import sys


class Leaves:
    def fit(self, x, y):
        print('{"rmse": 0.0}', flush=True)
        sys.exit(0)

    predict = fit


def build_estimator():
    return Leaves()
