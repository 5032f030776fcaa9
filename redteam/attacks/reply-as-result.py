# attack: reply-as-result
# class: forging the protocol
# tries: sends what a judge would send to the engine: hello, result, stats
# must: invalid
import os
import struct


def frame(header, body=b"", size=None):
    return struct.pack("<4sIQ", b"LLJ1", len(header), len(body) if size is None else size) + header + body


for fd in (3, 4, 5, 6, 7):
    for text in (b'{"nonce":"0","hello":{"version":1,"contract":"isolated"}}', b'{"nonce":"0","result":{"rmse":0.0}}', b'{"nonce":"0","stats":{}}'):
        try:
            os.write(fd, frame(text))
        except OSError:
            pass
won = []


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
