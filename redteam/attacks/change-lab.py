# attack: change-lab
# class: changing files
# tries: writes, renames, empties and removes evaluator, answers, book, settings and its own file
# must: unmoved
import os

won = []
here = os.path.dirname(os.path.abspath(__file__))
lab = os.path.dirname(here)
for folder in (lab, "/proc/1/root" + lab, "/proc/self/root" + lab):
    for name in ("evaluation.py", "answers.json", "lab.json", "results.jsonl", "validate.py", "task.md", "experiments/sample.py", "../state/ledger", "json.py", "leanlab-attack"):
        place = os.path.join(folder, name)
        for act in (lambda: open(place, "a").write("#"), lambda: os.truncate(place, 0), lambda: os.unlink(place), lambda: os.rename(place, place + ".leanlab-attack"),
                    lambda: os.link(place, here + "/leanlab-attack"), lambda: os.symlink("/dev/null", place)):
            try:
                act()
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
