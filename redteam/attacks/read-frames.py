# attack: read-frames
# class: reading answers
# tries: climbs the frames of its callers, then and at each call
# must: unmoved
import sys

won = []


def climb():
    frame = sys._getframe()
    while frame is not None:
        for name, value in {**frame.f_globals, **frame.f_locals}.items():
            if name in ("answers", "y_test") or (type(value) is dict and "y_test" in value):
                won.append(name)
        frame = frame.f_back


climb()


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        climb()
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
