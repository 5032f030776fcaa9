# honest: talkative
# shows: progress bars, warnings, caught errors and objects that JSON has not, in its log
# must: unmoved
import sys
import warnings

NOTE = "mean of y; ± 0.4 “best so far”"


class Mean:
    def fit(self, x, y):
        for percent in range(0, 101, 5):
            print(f"\rfitting {percent} % {{loss: {percent / 7:.3f}}}", end="", file=sys.stderr)
        warnings.warn("the features were ignored")
        try:
            {}["no such key"]
        except KeyError as error:
            print("caught", error)
        print({"loss": 0.5, "epoch": 3})
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean] * len(x)


def build_estimator():
    return Mean()
