# attack: reply-duplicate-keys
# class: forging the protocol
# tries: answers with the same key twice, one of them a score
# must: either
import os
import struct


def frame(header, body=b"", size=None):
    return struct.pack("<4sIQ", b"LLJ1", len(header), len(body) if size is None else size) + header + body


def write_twice(self, x):
    os.write(4, frame(b'{"id":1,"id":5,"id":6,"value":[],"value":[0.0],"arrays":[]}'))
    return []


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return write_twice(self, x)


def build_estimator():
    return Mean()
