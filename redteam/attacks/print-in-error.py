# attack: print-in-error
# class: printing a score
# tries: raises an error whose text is a score line, which the evaluator prints
# must: invalid
raise ValueError('no\n{"rmse": 0.0, "mae": 0.0}')


def build_estimator():
    return None
