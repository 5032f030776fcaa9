# attack: reply-many-parts
# class: forging the protocol
# tries: answers with three million empty lists
# must: invalid
import os
import struct


def frame(header, body=b"", size=None):
    return struct.pack("<4sIQ", b"LLJ1", len(header), len(body) if size is None else size) + header + body


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [[] for _ in range(3_000_000)]


def build_estimator():
    return Mean()
