# attack: pair-of-datagrams
# class: network
# tries: sends from a pair of sockets to another by name, and to services that listen for datagrams
# must: unmoved
import ctypes
import socket

won = []
libc = ctypes.CDLL(None, use_errno=True)
try:
    mine, _other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    libc.connect(mine.fileno(), bytes(16), 16)  # family 0: it has no other end any more
    mine.bind("\0leanlab-attack-datagrams")
    socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b"leanlab-attack", "\0leanlab-attack-datagrams")
    won.append(mine.recv(100))
except OSError:
    pass
for place in ("/dev/log", "/run/systemd/journal/dev-log", "/run/systemd/journal/socket", "/run/systemd/notify"):
    try:
        socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b"leanlab-attack", place)
        won.append(place)
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
