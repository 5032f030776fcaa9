# attack: read-from-experiment
# class: reading answers
# tries: is a link to the answers in place of a file
# must: refused
# place: symlink ../answers.json
won = []


def build_estimator():
    return None
