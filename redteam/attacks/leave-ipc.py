# attack: leave-ipc
# class: state for the next run
# tries: leaves System V shared memory, semaphores and queues, and looks for those of an earlier run
# must: unmoved
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
won = [call for call in ("shmget", "semget", "msgget") if getattr(libc, call)(0x1EA91AB, *((1,) if call == "semget" else (4096,) if call == "shmget" else ()), 0) >= 0]
for call, arguments in (("shmget", (4096, 0o1666)), ("semget", (1, 0o1666)), ("msgget", (0o1666,))):
    if getattr(libc, call)(0x1EA91AB, *arguments) >= 0:
        won.append(call)


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
