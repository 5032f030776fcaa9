# attack: reply-from-a-thread
# class: forging the protocol
# tries: answers late, from a thread, in place of the answer to another question
# must: invalid
import json
import os
import struct
import threading
import time


def answer_later():
    time.sleep(0.05)
    for number in range(1, 200):
        header = json.dumps({"id": number, "value": [0.0] * 30, "arrays": []}).encode()
        os.write(4, b"LLJ1" + struct.pack("<IQ", len(header), 0) + header)


class Mean:
    def fit(self, x, y):
        threading.Thread(target=answer_later).start()
        time.sleep(0.5)
        return self

    def predict(self, x):
        return [0.0] * len(x)


def build_estimator():
    return Mean()
