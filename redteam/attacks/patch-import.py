# attack: patch-import
# class: patching the judge
# tries: puts its own json, math and numpy in front of the import system
# must: unmoved
import importlib.abc
import importlib.util
import sys

won = []


class Fake(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path, target=None):
        return importlib.util.spec_from_loader(name, self) if name in ("json", "math", "numpy") else None

    def exec_module(self, module):
        module.dumps = lambda value: '{"rmse": 0.0}'
        module.sqrt = lambda value: 0.0


sys.meta_path.insert(0, Fake())
for name in ("json", "math", "numpy"):
    sys.modules.pop(name, None)


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
