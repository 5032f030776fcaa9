# attack: print-through-proc
# class: printing a score
# tries: opens its parents' and its own outputs through /proc and /dev and prints there
# must: unmoved
import glob
import os

won = []
for place in glob.glob("/proc/[0-9]*/fd/[0-9]*") + ["/dev/stdout", "/dev/stderr", "/dev/tty", "/dev/console"]:
    if place.startswith((f"/proc/{os.getpid()}/", "/dev/std")) and place[-1] in "0":
        continue
    try:
        fd = os.open(place, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        continue
    if os.readlink(place).startswith("pipe:") and not place.endswith(("/fd/1", "/fd/2")):
        os.close(fd)
        continue
    os.write(fd, b'\n{"rmse": 0.0}\n')
    if not place.startswith((f"/proc/{os.getpid()}/", "/dev/std")):
        won.append(place)


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
