# attack: memory-that-nobody-maps
# class: using everything up
# tries: fills shared memory and lets go of it, so that no process is seen to use it
# must: invalid
import mmap

kept = []
for _ in range(12):
    memory = mmap.mmap(-1, 128 << 20)
    for at in range(0, len(memory), mmap.PAGESIZE):
        memory[at] = 1
    memory.madvise(mmap.MADV_DONTNEED)
    kept.append(memory)
won = []


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
