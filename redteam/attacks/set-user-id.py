# attack: set-user-id
# class: the kernel
# tries: runs programs that become root, and makes one
# must: unmoved
import os
import shutil
import tempfile

won = []
place = os.path.join(tempfile.gettempdir(), "leanlab-attack-sh")
try:
    shutil.copy("/bin/sh", place)
    os.chmod(place, 0o6755)
    if os.stat(place).st_mode & 0o6000 and os.geteuid() == 0:
        won.append("made")
except OSError:
    pass
for act in (lambda: os.setuid(0), lambda: os.setresuid(0, 0, 0), lambda: os.setgroups([0]), lambda: os.seteuid(0)):
    try:
        act()
        won.append("root")
    except OSError:
        pass
with open("/proc/self/status") as file:
    status = dict(line.split(":", 1) for line in file)
if int(status["NoNewPrivs"]) != 1 or os.geteuid() == 0:
    won.append("privileges")


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
