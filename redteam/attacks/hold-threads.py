# attack: hold-threads
# class: processes that stay
# tries: leaves threads running that are no daemons, so that its process does not end
# must: either
import threading
import time

won = []
for _ in range(3):
    threading.Thread(target=time.sleep, args=(3600,)).start()


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
