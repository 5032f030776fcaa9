# attack: rename-over
# class: changing files
# tries: moves a file of its own over the evaluator, quietly
# must: unmoved
import os

won = []
LAB = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
os.close(2)
os.open("/dev/null", os.O_WRONLY)
own = os.environ.get("TMPDIR", "/tmp") + "/own"
with open(own, "w") as file:
    file.write("print(0)")
for act in (
    lambda: os.rename(own, LAB + "/evaluation.py"),
    lambda: os.link(own, LAB + "/json.py"),
    lambda: os.replace(own, LAB + "/answers.json"),
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
