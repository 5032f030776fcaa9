# attack: reply-array-outside
# class: forging the protocol
# tries: answers with arrays that point outside of their message
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
            for shape, offset, size in (("[1000000]", 0, 8000000), ("[-1]", -64, 64), ("[1]", 1 << 62, 8)):
                entry = '{"dtype":"<f8","shape":%s,"order":"C","offset":%d,"bytes":%d}' % (shape, offset, size)
                os.write(4, frame(('{"id":%d,"value":{"$":"array","i":0},"arrays":[%s]}' % (number, entry)).encode(), b"x" * 64))
        return [self.mean] * len(x)


def build_estimator():
    return Mean()
