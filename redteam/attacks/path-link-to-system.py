# attack: path-link-to-system
# class: paths
# tries: is a link to a file of the system
# must: refused
# place: symlink /etc/passwd
won = []


def build_estimator():
    return None
