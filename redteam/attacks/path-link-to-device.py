# attack: path-link-to-device
# class: paths
# tries: is a link to a device that never ends
# must: refused
# place: symlink /dev/zero
won = []


def build_estimator():
    return None
