# attack: reply-drip
# class: forging the protocol
# tries: sends its answer one byte at a time
# must: invalid
# quick: yes
import os
import struct


def frame(header, body=b"", size=None):
    return struct.pack("<4sIQ", b"LLJ1", len(header), len(body) if size is None else size) + header + body

import time


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        for byte in frame(b'{"id":5,"value":[0.0],"arrays":[]}' + b" " * 60000):
            os.write(4, bytes([byte]))
            time.sleep(0.02)
        return []


def build_estimator():
    return Mean()
