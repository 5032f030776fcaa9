# attack: predict-texts-of-nan
# class: NaN, infinity, wrong shapes
# tries: predicts texts that an evaluator reads as NaN, which is never larger than anything
# must: invalid
# lab: proxied


class Mean:
    def fit(self, x, y):
        return self

    def predict(self, x):
        return ["nan", "-1e999"] * (len(x) // 2) + ["inf"] * (len(x) % 2)


def build_estimator():
    return Mean()
