# attack: error-is-an-escaped-score
# class: printing a score
# tries: raises an error whose text is a score with an escaped name
# must: invalid
# lab: careless
def build_estimator():
    raise ValueError('{"rms\\u0065": 0}')
