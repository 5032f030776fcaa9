# attack: recursion
# class: using everything up
# tries: overflows the stack
# must: invalid
import sys
import threading

sys.setrecursionlimit(1 << 30)
threading.stack_size(16 << 20)


def dive():
    dive()


thread = threading.Thread(target=dive)
thread.start()
thread.join()
won = []


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
