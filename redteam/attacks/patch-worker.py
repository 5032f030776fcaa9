# attack: patch-worker
# class: patching the judge
# tries: rewrites the worker that speaks for it, to answer with a score
# must: invalid
import leanlab_judge.worker as worker


def reply(self, frame):
    return {"id": frame.header["id"], "value": {"$": "dict", "v": [["rmse", 0.0]]}, "arrays": []}, []


worker.Worker._reply = reply
won = []


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
