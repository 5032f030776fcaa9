# attack: path-climbing
# class: paths
# tries: names the evaluator through ..
# must: refused
# place: path ../evaluation.py
won = []


def build_estimator():
    return None
