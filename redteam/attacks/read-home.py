# attack: read-home
# class: reading answers
# tries: reads keys, logins and histories of the user
# must: unmoved
import glob
import os
import pwd

won = []
homes = {os.path.expanduser("~"), "/root", *glob.glob("/home/*")}
try:
    homes.add(pwd.getpwuid(os.getuid()).pw_dir)
except KeyError:
    pass
for home in homes:
    for name in (".ssh", ".aws", ".netrc", ".bash_history", ".git-credentials", ".config", ".claude", ".claude.json", ".profile", ".bashrc"):
        try:
            won += os.listdir(os.path.join(home, name))
        except NotADirectoryError:
            try:
                with open(os.path.join(home, name)) as file:
                    won.append(file.read(1))
            except OSError:
                pass
        except OSError:
            pass
for place in ("/etc/shadow", "/etc/ssh/ssh_host_ed25519_key", "/run/secrets", "/var/run/secrets"):
    try:
        os.close(os.open(place, os.O_RDONLY))
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
