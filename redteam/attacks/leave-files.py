# attack: leave-files
# class: state for the next run
# tries: leaves files in every folder that lets it, and looks for those of an earlier run
# must: unmoved
# repeat: 2
import glob
import os

won = []
PLACES = ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run", "/run/lock", "/run/user/0", os.path.expanduser("~"), os.path.expanduser("~/.cache"), "/home", "/root", "/var/lib", "/opt", "/srv", "/mnt", "/")
for place in PLACES:
    won += glob.glob(place + "/leanlab-attack*")
for place in PLACES:
    try:
        os.makedirs(place, exist_ok=True)
        with open(place + "/leanlab-attack", "w") as file:
            file.write("the answers")
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
