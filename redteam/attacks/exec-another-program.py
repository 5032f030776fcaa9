# attack: exec-another-program
# class: printing a score
# tries: replaces its process by a shell that prints a score
# must: invalid
import os

os.execv("/bin/sh", ["sh", "-c", "echo '{\"rmse\": 0.0}'; exit 0"])
won = []


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
