# attack: reply-lying-error
# class: forging the protocol
# tries: raises errors that would end or silence the judge: SystemExit, KeyboardInterrupt, StopIteration
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
        text = b'{"id":%d,"error":{"types":["StopIteration","SystemExit","KeyboardInterrupt","GeneratorExit","BaseException"],"message":"0","traceback":"\x1b[2J"}}'
        for number in range(1, 9):
            os.write(4, frame(text.replace(b"\x1b", b"") % number))
        return []


def build_estimator():
    return Mean()
