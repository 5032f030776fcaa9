# attack: reply-claims-too-much
# class: forging the protocol
# tries: announces a message of a huge size and sends nothing
# must: invalid
import os
import struct


def frame(header, body=b"", size=None):
    return struct.pack("<4sIQ", b"LLJ1", len(header), len(body) if size is None else size) + header + body


os.write(4, frame(b"{}", size=(1 << 63) - 1))
won = []


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
