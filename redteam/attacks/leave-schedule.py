# attack: leave-schedule
# class: state for the next run
# tries: leaves work for cron, at and systemd
# must: unmoved
import os

won = []
for place in ("/var/spool/cron/crontabs/root", "/var/spool/cron/crontabs/nobody", "/etc/cron.d/leanlab-attack", "/etc/crontab", "/var/spool/cron/atjobs/leanlab-attack",
              "/etc/systemd/system/leanlab-attack.service", "/etc/rc.local", "/etc/profile.d/leanlab-attack.sh", "/etc/ld.so.preload", "/etc/passwd"):
    try:
        with open(place, "a") as file:
            file.write("* * * * * true\n")
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
