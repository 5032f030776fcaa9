"""Serves Optuna's samplers (TPE, CMA-ES), and a real lab's evaluation, over lines of JSON on stdin and stdout.

{"study": {"sampler", "seed", "parameters": [...]}}  begins a study
{"ask": true}                             -> the values of the next trial, null where inactive
{"tell": number or null}                  reports its loss; null: it failed
{"lab": "digits", "values": [...]}        -> the error of a support vector machine on sklearn's digits
{"lab": "house-prices", "values": [...]}  -> the rmse of gradient boosting on the census of 1990, from LEANLAB_TEST_DATA
"""

import json
import sys
import warnings

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.simplefilter("ignore")

SAMPLERS = {
    "tpe": lambda seed: optuna.samplers.TPESampler(seed=seed),
    # What CMA-ES cannot do (categories, conditions) Optuna samples at random.
    "cmaes": lambda seed: optuna.samplers.CmaEsSampler(seed=seed, warn_independent_sampling=False),
}


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
    return 1.0 - float(model.fit(x, y).score(x_test, y_test))


_houses = None


def house_rmse(c):
    global _houses
    import csv
    import os

    import numpy as np
    from sklearn.ensemble import HistGradientBoostingRegressor

    if _houses is None:
        with open(os.path.join(os.environ["LEANLAB_TEST_DATA"], "california-housing.csv"), newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["total_bedrooms"]]
        names = [name for name in rows[0] if name not in ("median_house_value", "ocean_proximity")]
        x = np.array([[float(row[name]) for name in names] for row in rows])
        y = np.array([float(row["median_house_value"]) for row in rows]) / 100_000
        order = np.random.default_rng(42).permutation(len(x))
        _houses = x[order[:4000]], y[order[:4000]], x[order[4000:9000]], y[order[4000:9000]]
    x, y, x_test, y_test = _houses
    model = HistGradientBoostingRegressor(learning_rate=c[0], max_leaf_nodes=int(c[1]), max_iter=int(c[2]), l2_regularization=c[3],
                                          min_samples_leaf=int(c[4]), early_stopping=False, random_state=0)
    return float(np.sqrt(np.mean((model.fit(x, y).predict(x_test) - y_test) ** 2)))


LABS = {"digits": digits_error, "house-prices": house_rmse}


def main():
    study = trial = parameters = None
    for line in sys.stdin:
        message = json.loads(line)
        reply = {}
        if "study" in message:
            parameters = message["study"]["parameters"]
            sampler = SAMPLERS[message["study"]["sampler"]](message["study"]["seed"])
            study = optuna.create_study(sampler=sampler)
        elif "ask" in message:
            trial, reply = ask(study, parameters)
        elif "tell" in message:
            if message["tell"] is None:
                study.tell(trial, state=optuna.trial.TrialState.FAIL)
            else:
                study.tell(trial, message["tell"])
        elif "lab" in message:
            reply = LABS[message["lab"]](message["values"])
        elif "version" in message:
            reply = optuna.__version__
        print(json.dumps(reply), flush=True)


main()
