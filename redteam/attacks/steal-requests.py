# attack: steal-requests
# class: forging the protocol
# tries: reads the judge's requests before its worker does
# must: either
# quick: yes
import os
import threading

threading.Thread(target=lambda: [os.read(3, 1 << 20) for _ in range(100)], daemon=True).start()
won = []


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
