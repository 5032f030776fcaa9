# attack: path-link-to-evaluator
# class: paths
# tries: is a hard link to the evaluator
# must: either
# place: hardlink ../evaluation.py
won = []


def build_estimator():
    return None
