# attack: start-programs
# class: processes that stay
# tries: starts programs by every call that there is
# must: unmoved
import ctypes
import os
import subprocess
import sys

won = []
command = ["/bin/sh", "-c", "echo '{\"rmse\": 0.0}'; sleep 3600 # " + __file__]
libc = ctypes.CDLL(None)
for start in (lambda: subprocess.Popen(command, start_new_session=True), lambda: os.posix_spawn(command[0], command, {}), lambda: os.popen(command[2]),
              lambda: os.spawnv(os.P_NOWAIT, command[0], command)):
    try:
        start()
        won.append(start)
    except OSError:
        pass
for call in (lambda: libc.fork(), lambda: libc.vfork() or os._exit(0), lambda: libc.syscall(435, bytes(88), 88), lambda: libc.syscall(56, 17, 0, 0, 0, 0)):
    child = call()
    if child == 0:
        os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(3600)", __file__])
    if child > 0:
        won.append(child)


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
