# attack: devices
# class: the kernel
# tries: opens and makes devices: memory, disks, terminals, the kernel's log
# must: unmoved
import os
import stat
import tempfile

won = []
usual = {"null", "zero", "full", "random", "urandom", "fd", "stdin", "stdout", "stderr", "shm", "tty", "ptmx", "pts", "mqueue", "core"}
for name in ("mem", "kmem", "port", "kmsg", "sda", "vda", "nvme0n1", "loop-control", "fuse", "kvm", "net/tun", "tty", "tty0", "console", "ptmx", "cpu_dma_latency", "hwrng", "vhost-net"):
    for mode in (os.O_RDONLY, os.O_WRONLY):
        try:
            os.open("/dev/" + name, mode | os.O_NOCTTY | os.O_NONBLOCK)
            won.append(name)
        except OSError:
            pass
try:
    os.mknod(tempfile.gettempdir() + "/leanlab-attack-null", 0o666 | stat.S_IFCHR, os.makedev(1, 1))
    won.append("mknod")
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
