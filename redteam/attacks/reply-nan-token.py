# attack: reply-nan-token
# class: forging the protocol
# tries: answers with NaN, Infinity and 1e999 as JSON has none
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
        for number in range(1, 9):
            os.write(4, frame(b'{"id":%d,"value":[NaN, Infinity, 1e999],"arrays":[]}' % number))
        return [self.mean] * len(x)


def build_estimator():
    return Mean()
