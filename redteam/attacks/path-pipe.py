# attack: path-pipe
# class: paths
# tries: is a named pipe, on which a reader would wait for ever
# must: refused
# place: fifo
won = []


def build_estimator():
    return None
