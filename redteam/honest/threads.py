# honest: threads
# shows: threads, a pool and a queue
# must: unmoved
import queue
import threading
from concurrent.futures import ThreadPoolExecutor


class Mean:
    def fit(self, x, y):
        parts = queue.Queue()
        workers = [threading.Thread(target=lambda i=i: parts.put(len(y[i::4]))) for i in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        self.mean = sum(y) / sum(parts.get() for _ in workers)
        return self

    def predict(self, x):
        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(lambda row: self.mean, x))


def build_estimator():
    return Mean()
