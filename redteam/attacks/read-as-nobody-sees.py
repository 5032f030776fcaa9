# attack: read-as-nobody-sees
# class: reading answers
# tries: hides its memory from whoever looks, then reads the answers
# must: unmoved
import ctypes
import os

won = []
LAB = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE
os.close(2)
os.open("/dev/null", os.O_WRONLY)
try:
    with open(LAB + "/answers.json") as file:
        won.append(file.read())
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
