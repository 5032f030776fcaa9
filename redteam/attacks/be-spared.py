# attack: be-spared
# class: other processes
# tries: asks to be spared when memory ends, and to run before others
# must: unmoved
import os

won = []
for act in (
    lambda: open("/proc/self/oom_score_adj", "w").write("-1000"),
    lambda: open("/proc/self/autogroup", "w").write("-20"),
    lambda: os.nice(-5),
):
    try:
        act()
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
