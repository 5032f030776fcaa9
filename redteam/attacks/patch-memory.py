# attack: patch-memory
# class: patching the judge
# tries: overwrites the numbers of the interpreter in memory
# must: either
import ctypes

won = []
answer = 0.0
ctypes.memmove(id(1.0) + 16, id(answer) + 16, 8)
ctypes.memset(id(257) + 24, 0, 4)


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
