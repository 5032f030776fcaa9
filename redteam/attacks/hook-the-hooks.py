# attack: hook-the-hooks
# class: patching the judge
# tries: hooks into what Python tells of it, to be asked first
# must: either
import sys

won = []


def hook(event, arguments):
    if event in ("open", "os.listdir", "socket.connect"):
        raise RuntimeError("not to be told")


sys.addaudithook(hook)


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
