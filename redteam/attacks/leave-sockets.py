# attack: leave-sockets
# class: state for the next run
# tries: leaves sockets: abstract, by path, and listening ones
# must: unmoved
import socket

won = []
for family, address in ((socket.AF_UNIX, "\0leanlab-attack"), (socket.AF_UNIX, "/tmp/leanlab-attack.socket"), (socket.AF_INET, ("127.0.0.1", 46113)), (socket.AF_INET6, ("::1", 46113, 0, 0))):
    try:
        listener = socket.socket(family)
        listener.bind(address)
        listener.listen()
        won.append(address)
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
