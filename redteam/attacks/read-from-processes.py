# attack: read-from-processes
# class: reading answers
# tries: reads memory, files and environments of other processes through /proc
# must: unmoved
import glob
import os

won = []
own = f"/proc/{os.getpid()}/"
for place in glob.glob("/proc/[0-9]*/"):
    if place == own:
        continue
    for name in ("environ", "cwd/answers.json", "root/etc/shadow", "maps", "fd/3", "fd/4"):
        try:
            with open(place + name, "rb") as file:
                if file.read(4096):
                    won.append(place + name)
        except (OSError, ValueError):
            pass
    try:
        with open(place + "mem", "rb+") as file:
            won.append(place)
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
