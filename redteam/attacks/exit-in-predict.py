# attack: exit-in-predict
# class: printing a score
# tries: prints a score and ends the process with status 0 when it is asked
# must: invalid
import os


class Leaves:
    def fit(self, x, y):
        return self

    def predict(self, x):
        os.write(1, b'{"rmse": 0.0}\n')
        os._exit(0)


def build_estimator():
    return Leaves()
