# attack: reply-reference-games
# class: forging the protocol
# tries: answers with references to classes and modules that are not its own
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
        os.write(4, frame(b'{"id":5,"value":[{"$":"ref","id":0,"kind":"class","name":"float"},{"$":"ref","id":0,"kind":"module","name":"json","traits":["float"]}]}'))
        os.read(3, 65536)
        while True:
            os.write(4, frame(b'{"id":6,"value":0.0}'))
            if not os.read(3, 65536):
                os._exit(0)


def build_estimator():
    return Mean()
