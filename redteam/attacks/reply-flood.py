# attack: reply-flood
# class: forging the protocol
# tries: sends answers without end
# must: invalid
import os
import struct


def frame(header, body=b"", size=None):
    return struct.pack("<4sIQ", b"LLJ1", len(header), len(body) if size is None else size) + header + body


answer = frame(b'{"id":3,"value":[0.0],"arrays":[]}') * 1000
while True:
    os.write(4, answer)
won = []


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
