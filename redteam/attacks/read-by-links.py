# attack: read-by-links
# class: reading answers
# tries: reads the answers through links of its own, and links to links, quietly
# must: unmoved
import os

won = []
LAB = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
os.close(2)
os.open("/dev/null", os.O_WRONLY)
own = os.environ.get("TMPDIR", "/tmp")
os.symlink(LAB, own + "/lab")
os.symlink("/", own + "/top")
os.symlink("top", own + "/again")
for path in (own + "/lab/answers.json", own + "/again" + LAB + "/answers.json"):
    try:
        with open(path) as file:
            won.append(file.read())
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
