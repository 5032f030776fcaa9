# attack: read-by-proc
# class: reading answers
# tries: reads the answers by its root, its current folder and a descriptor of a path, quietly
# must: unmoved
import os

won = []
LAB = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
os.close(2)
os.open("/dev/null", os.O_WRONLY)
PATHS = ["/proc/self/root" + LAB + "/answers.json"]
try:
    os.chdir(LAB)
    PATHS.append("/proc/self/cwd/answers.json")
    PATHS.append(f"/proc/self/fd/{os.open(LAB + '/answers.json', os.O_PATH)}")
except OSError:
    pass
for path in PATHS:
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
