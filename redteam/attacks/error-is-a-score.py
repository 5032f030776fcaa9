# attack: error-is-a-score
# class: printing a score
# tries: raises an error whose text is a score, for an evaluator that prints errors and goes on
# must: invalid
# lab: careless
def build_estimator():
    raise ValueError('\n{"rmse": 0}')
