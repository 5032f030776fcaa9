# attack: thread-bomb
# class: processes that stay
# tries: starts threads until nothing more can be started
# must: either
# quick: yes
import threading
import time

won = []
try:
    for _ in range(5000):
        threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
except (RuntimeError, MemoryError):
    pass


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
