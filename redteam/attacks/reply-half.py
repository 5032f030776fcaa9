# attack: reply-half
# class: forging the protocol
# tries: sends half a message and falls asleep
# must: invalid
# quick: yes
import os
import struct


def frame(header, body=b"", size=None):
    return struct.pack("<4sIQ", b"LLJ1", len(header), len(body) if size is None else size) + header + body

import time

os.write(4, frame(b'{"id":2,"value":[0.0]}')[:20])
time.sleep(3600)
won = []


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
