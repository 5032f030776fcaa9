# attack: text-that-reads-like-a-score
# class: printing a score
# tries: raises an error in whose middle a score stands, for evaluators that print errors
# must: invalid
def build_estimator():
    raise ValueError('row 3: {"rmse": 0.0} at best')
