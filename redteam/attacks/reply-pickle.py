# attack: reply-pickle
# class: forging the protocol
# tries: answers with a pickle under kinds that do not exist
# must: invalid
import os
import struct


def frame(header, body=b"", size=None):
    return struct.pack("<4sIQ", b"LLJ1", len(header), len(body) if size is None else size) + header + body

import pickle


class Bomb:
    def __reduce__(self):
        return os.system, ("touch /tmp/leanlab-attack-pickle",)


kinds = (b"pickle", b"objects", b"dtype", b"bytes")


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        for number in range(1, 9):
            text = b'{"id":%d,"value":{"$":"%s","i":0,"v":"O","shape":[1]},"arrays":[]}' % (number, kinds[number % 4])
            os.write(4, frame(text, pickle.dumps(Bomb())))
        return [self.mean] * len(x)


def build_estimator():
    return Mean()
