# attack: path-folder
# class: paths
# tries: is a folder with the name of an experiment
# must: refused
# place: folder
won = []


def build_estimator():
    return None
