# attack: read-in-c
# class: reading answers
# tries: reads the answers with functions of C that Python does not see
# must: unmoved
import ctypes
import os

won = []
LAB = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
libc = ctypes.CDLL(None)
libc.fopen.restype = libc.opendir.restype = ctypes.c_void_p
if libc.fopen((LAB + "/answers.json").encode(), b"r") or libc.opendir((LAB + "/state").encode()):
    won.append(LAB)
try:
    ctypes.CDLL(LAB + "/answers.json")
except OSError:
    pass


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
