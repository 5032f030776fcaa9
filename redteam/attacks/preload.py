# attack: preload
# class: the kernel
# tries: loads a library of its own into what it starts, and starts itself again
# must: invalid
import os
import sys
import tempfile

place = os.path.join(tempfile.gettempdir(), "leanlab-attack.so")
with open(place, "wb") as file:
    file.write(b"\x7fELF")
os.environ.update(LD_PRELOAD=place, PYTHONSTARTUP=__file__, PYTHONPATH=tempfile.gettempdir(), PYTHONINSPECT="1")
if "LEANLAB_AGAIN" not in os.environ:
    os.environ["LEANLAB_AGAIN"] = "1"
    os.execve(sys.executable, [sys.executable, "-c", "print('{\"rmse\": 0.0}')"], os.environ)
won = []


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
