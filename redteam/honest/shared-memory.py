# honest: shared-memory
# shows: shared mappings that are made, filled and closed, more in all than its memory
# must: unmoved
import mmap


def work():
    for _ in range(40):
        memory = mmap.mmap(-1, 32 << 20)
        memory[0] = memory[-1] = 1
        memory.close()


class Mean:
    def fit(self, x, y):
        work()
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean] * len(x)


def build_estimator():
    return Mean()
