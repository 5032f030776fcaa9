# attack: trace-everything
# class: patching the judge
# tries: traces and profiles every call, to change what others compute
# must: unmoved
import sys
import threading

won = []
LOCAL = ("y_test", "answers", "errors")


def spy(frame, event, argument):
    won.extend(name for name in LOCAL if name in frame.f_locals and "answers.json" in repr(frame.f_globals.get("LAB", "")))
    return spy


for install in (sys.settrace, sys.setprofile, threading.settrace, threading.setprofile):
    install(spy)


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
