# attack: pickle-bomb
# class: overloading values
# tries: predicts objects that run a command when they are copied or unpickled
# must: unmoved
import os
import sys

won = []


class Bomb(float):
    def __reduce__(self):
        return os.system, ("touch /tmp/leanlab-attack-pickle; echo '{\"rmse\": 0.0}'",)

    def __deepcopy__(self, memo):
        sys.stdout.write('{"rmse": 0.0}')
        return 0.0


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [Bomb(self.mean)] * len(x)


def build_estimator():
    return Mean()
