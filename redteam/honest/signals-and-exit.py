# honest: signals-and-exit
# shows: a time limit of its own with SIGALRM, an exit handler, a weak reference
# must: unmoved
import atexit
import signal
import weakref

closed = []
atexit.register(lambda: closed.append(1))


class Mean:
    def fit(self, x, y):
        signal.signal(signal.SIGALRM, lambda number, frame: None)
        signal.alarm(60)
        self.me = weakref.ref(self)
        self.mean = sum(y) / len(y)
        signal.alarm(0)
        return self

    def predict(self, x):
        return [self.me().mean] * len(x)


def build_estimator():
    return Mean()
