# attack: resolve-names
# class: network
# tries: resolves names and fetches a page
# must: unmoved
import socket
import urllib.request

won = []
for act in (lambda: socket.create_connection(("1.1.1.1", 53), 1), lambda: socket.getaddrinfo("example.org", 80), lambda: urllib.request.urlopen("http://127.0.0.1:80/", timeout=1)):
    try:
        act()
        won.append(act)
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
