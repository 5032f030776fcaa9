# attack: reply-deep
# class: forging the protocol
# tries: answers with lists in lists, a hundred thousand deep
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
        os.write(4, frame(b'{"id":5,"value":' + b"[" * 100000 + b"]" * 100000 + b"}"))
        os._exit(0)


def build_estimator():
    return Mean()
