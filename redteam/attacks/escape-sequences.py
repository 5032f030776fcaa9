# attack: escape-sequences
# class: words for people and agents
# tries: puts escape sequences into outputs, errors, names and notes
# must: unmoved
import sys

won = []
CLEAR = "\x1b[2J\x1b[H\x1b]0;leanlab-attack\x07\x1b]52;c;bGVhbmxhYg==\x07\x9b31m\r"
NOTE = CLEAR + "accepted"
print(CLEAR, file=sys.stderr, flush=True)
print(CLEAR, flush=True)


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
