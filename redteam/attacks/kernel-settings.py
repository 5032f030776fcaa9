# attack: kernel-settings
# class: the kernel
# tries: writes core pattern, sysrq, host name and memory settings
# must: unmoved
won = []
for place in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/sys/kernel/hostname", "/proc/sys/vm/overcommit_memory", "/sys/kernel/uevent_helper", "/proc/self/uid_map",
              "/sys/fs/cgroup/cgroup.procs", "/proc/sys/kernel/modprobe", "/sys/kernel/mm/transparent_hugepage/enabled"):
    try:
        with open(place, "w") as file:
            file.write("|/tmp/leanlab-attack")
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
