# attack: leave-queue
# class: state for the next run
# tries: leaves a POSIX message queue, a named semaphore and shared memory by name
# must: unmoved
# repeat: 2
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
won = []
name = b"/leanlab-attack"
for call in ("mq_open", "sem_open", "shm_open"):
    function = getattr(libc, call, None)
    if function is None:
        continue
    function.restype = ctypes.c_long
    if function(name, 0) not in (-1, 0, 0xFFFFFFFF):
        won.append(call)
    function(name, os.O_CREAT | os.O_RDWR, 0o666, None if call == "mq_open" else 1)


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
