# attack: many-denied-calls
# class: network
# tries: asks for a hundred thousand sockets, to be seen for nothing else
# must: unmoved
import socket

won = []
for _ in range(100_000):
    try:
        won.append(socket.socket())
    except OSError:
        pass
try:
    open("/etc/shadow").close()
    won.append("shadow")
except OSError:
    pass


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
