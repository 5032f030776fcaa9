# attack: local-services
# class: network
# tries: talks to services of this machine: docker, dbus, ssh agent, X11
# must: unmoved
import os
import socket

won = []
for place in ("/var/run/docker.sock", "/run/dbus/system_bus_socket", "/run/systemd/private", "/tmp/.X11-unix/X0", "/run/containerd/containerd.sock", os.environ.get("SSH_AUTH_SOCK", "")):
    try:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(place)
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
