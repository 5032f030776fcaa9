# attack: path-outside
# class: paths
# tries: lies outside of the lab's experiments
# must: refused
# place: outside
won = []


def build_estimator():
    return None
