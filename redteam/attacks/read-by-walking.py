# attack: read-by-walking
# class: reading answers
# tries: walks the file system in search of the answers and of other labs
# must: unmoved
import os

won = []
skip = {"/proc", "/sys", "/usr", "/lib", "/bin", "/sbin", "/lib64"}
for folder, folders, files in os.walk("/"):
    folders[:] = [name for name in folders if os.path.join(folder, name) not in skip][:2000]
    won += [name for name in files if name in ("answers.json", "results.jsonl", "lab.json", "evaluation.py")]


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
