# attack: path-socket
# class: paths
# tries: is a socket
# must: refused
# place: socket
won = []


def build_estimator():
    return None
