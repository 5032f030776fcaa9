"""Serves Optuna's TPE sampler, and a real lab's evaluation, over lines of JSON on stdin and stdout.

{"study": {"seed", "parameters": [...]}}  begins a study
{"ask": true}                             -> the values of the next trial, null where inactive
{"tell": number or null}                  reports its loss; null: it failed
{"digits": {"kernel", "C", ...}}          -> the error of a support vector machine on sklearn's digits
"""

import json
import sys

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)


def suggest(trial, p):
    if p["kind"] == "category":
        return trial.suggest_categorical(p["name"], list(range(int(p["high"]) + 1)))
    if p["kind"] == "integer":
        return trial.suggest_int(p["name"], int(p["low"]), int(p["high"]), log=p["log"])
    return trial.suggest_float(p["name"], p["low"], p["high"], log=p["log"])


def ask(study, parameters):
    trial = study.ask()
    values = []
    for p in parameters:
        condition = p.get("condition")
        active = condition is None or values[condition["parameter"]] in condition["values"]
        values.append(suggest(trial, p) if active else None)
    return trial, values


_digits = None


def digits_error(c):
    global _digits
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split
    from sklearn.svm import SVC

    if _digits is None:
        x, y = load_digits(return_X_y=True)
        _digits = train_test_split(x, y, test_size=0.5, random_state=0, stratify=y)
    x, x_test, y, y_test = _digits
    model = SVC(kernel=("linear", "rbf", "poly")[int(c[0])], C=c[1], gamma=c[2] if c[2] is not None else "scale",
                degree=int(c[3]) if c[3] is not None else 3, max_iter=3000)
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return 1.0 - float(model.fit(x, y).score(x_test, y_test))


def main():
    study = trial = parameters = None
    for line in sys.stdin:
        message = json.loads(line)
        reply = {}
        if "study" in message:
            parameters = message["study"]["parameters"]
            sampler = optuna.samplers.TPESampler(seed=message["study"]["seed"])
            study = optuna.create_study(sampler=sampler)
        elif "ask" in message:
            trial, reply = ask(study, parameters)
        elif "tell" in message:
            if message["tell"] is None:
                study.tell(trial, state=optuna.trial.TrialState.FAIL)
            else:
                study.tell(trial, message["tell"])
        elif "digits" in message:
            reply = digits_error(message["digits"])
        elif "version" in message:
            reply = optuna.__version__
        print(json.dumps(reply), flush=True)


main()
