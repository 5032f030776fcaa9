# honest: signals-and-events
# shows: events, timers, threads with cores of their own, and what it asks of the machine
# must: unmoved
import asyncio
import os
import resource
import signal
import threading
import time


async def three():
    await asyncio.sleep(0.001)
    return 3


def work():
    assert asyncio.run(three()) == 3
    signal.signal(signal.SIGALRM, lambda *words: None)
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    time.sleep(0.02)
    os.sched_setaffinity(0, os.sched_getaffinity(0))
    resource.getrusage(resource.RUSAGE_SELF)
    thread = threading.Thread(target=time.sleep, args=(0.01,))
    thread.start()
    thread.join()


class Mean:
    def fit(self, x, y):
        work()
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean] * len(x)


def build_estimator():
    return Mean()
