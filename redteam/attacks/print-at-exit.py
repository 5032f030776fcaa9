# attack: print-at-exit
# class: printing a score
# tries: registers exit handlers that print a score after all else
# must: unmoved
import atexit
import os
import threading

won = []
atexit.register(lambda: os.write(1, b'\n{"rmse": 0.0}\n'))
atexit.register(lambda: os.write(2, b'\n{"rmse": 0.0}\n'))
threading._register_atexit(lambda: os.write(1, b'\n{"rmse": 0.0}\n'))


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
