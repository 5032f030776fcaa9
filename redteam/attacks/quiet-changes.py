# attack: quiet-changes
# class: changing files
# tries: closes what would tell of it, then makes folders, links and pipes in the lab and changes modes and dates
# must: unmoved
import os

won = []
LAB = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
os.close(2)
os.open("/dev/null", os.O_WRONLY)
for act in (
    lambda: os.mkdir(LAB + "/leanlab-attack"),
    lambda: os.symlink("/etc/passwd", LAB + "/experiments/leanlab-attack"),
    lambda: os.mkfifo(LAB + "/experiments/leanlab-attack"),
    lambda: os.chmod(LAB + "/answers.json", 0o666),
    lambda: os.utime(LAB + "/evaluation.py", (1, 1)),
    lambda: os.setxattr(LAB + "/evaluation.py", "user.leanlab-attack", b"x"),
):
    try:
        act()
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
