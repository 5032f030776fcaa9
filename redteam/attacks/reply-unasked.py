# attack: reply-unasked
# class: forging the protocol
# tries: sends its answers before the questions
# must: invalid
import os
import struct


def frame(header, body=b"", size=None):
    return struct.pack("<4sIQ", b"LLJ1", len(header), len(body) if size is None else size) + header + body


for number in range(2, 9):
    os.write(4, frame(b'{"id":%d,"value":[0.0],"arrays":[]}' % number))
won = []


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
