# attack: reply-gigabyte
# class: forging the protocol
# tries: answers with as many bytes as the protocol allows, to exhaust the judge
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
        size = 1 << 30
        os.write(4, frame(b'{"id":5,"value":{"$":"bytes","i":0},"arrays":[{"dtype":"|u1","shape":[1073741824],"order":"C","offset":0,"bytes":1073741824}]}', size=size))
        piece = b"x" * (1 << 20)
        while size > 0:
            size -= os.write(4, piece)
        return []


def build_estimator():
    return Mean()
