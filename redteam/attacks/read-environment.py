# attack: read-environment
# class: reading answers
# tries: looks for the seed, the nonce, keys and places in its environment
# must: unmoved
import os

won = [name for name in os.environ if name.startswith("LEANLAB") or "TOKEN" in name or "KEY" in name or "SECRET" in name]
with open("/proc/self/environ", "rb") as file:
    if b"LEANLAB" in file.read():
        won.append("environ")


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
