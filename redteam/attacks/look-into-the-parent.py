# attack: look-into-the-parent
# class: other processes
# tries: looks into its parent's memory, environment and descriptors, quietly
# must: unmoved
import os

won = []
os.close(2)
os.open("/dev/null", os.O_WRONLY)
for name in ("mem", "environ", "maps", "fd/3", "root/etc/shadow", "cwd"):
    try:
        fd = os.open(f"/proc/{os.getppid()}/{name}", os.O_RDONLY)
        won.append(os.read(fd, 10))
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
