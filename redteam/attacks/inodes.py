# attack: inodes
# class: using everything up
# tries: fills its temporary folder with more names than it may
# must: either
import os
import tempfile

won = []
folder = tempfile.gettempdir()
made = 0
try:
    for number in range(200_000):
        os.close(os.open(f"{folder}/leanlab-attack-{number}", os.O_CREAT | os.O_WRONLY))
        made += 1
except OSError:
    pass
if made == 200_000:
    won.append(made)


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
