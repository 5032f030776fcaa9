# attack: print-then-crash
# class: printing a score
# tries: prints a score and crashes with a segmentation fault
# must: invalid
import ctypes

print('{"rmse": 0.0}', flush=True)
ctypes.string_at(0)
won = []


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
