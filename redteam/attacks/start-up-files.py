# attack: start-up-files
# class: changing files
# tries: installs .pth files, sitecustomize and usercustomize for the next Python
# must: unmoved
import os
import site
import sys

won = []
for folder in {*sys.path, *site.getsitepackages(), os.path.dirname(os.__file__), sys.prefix, "/etc/python3", "/usr/local/lib/python3.11/dist-packages"}:
    for name in ("leanlab-attack.pth", "sitecustomize.py", "usercustomize.py", "__pycache__/json.cpython-311.pyc"):
        try:
            with open(os.path.join(folder, name), "x") as file:
                file.write("import os\n")
            won.append(folder)
        except OSError:
            pass
for name in (".pythonrc", ".profile", ".config/leanlab-attack", ".local/lib/python3.11/site-packages/leanlab-attack.pth"):
    place = os.path.join(os.path.expanduser("~"), name)
    try:
        os.makedirs(os.path.dirname(place), exist_ok=True)
        open(place, "w").close()
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
