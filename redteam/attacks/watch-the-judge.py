# attack: watch-the-judge
# class: reading answers
# tries: watches folders of the lab, to learn which files its judge opens
# must: unmoved
import ctypes
import os

library = ctypes.CDLL(None)
won = []
watcher = library.inotify_init1(os.O_NONBLOCK)
lab = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
for place in (lab, lab + "/evaluation.py", lab + "/answers.json", lab + "/../state"):
    library.inotify_add_watch(watcher, place.encode(), 0xFFF)


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        try:
            seen = os.read(watcher, 65536)
        except OSError:
            seen = b""
        return [self.mean if b"answers" not in seen else 1e6] * len(x)


def build_estimator():
    return Mean()
