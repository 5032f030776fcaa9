#!/usr/bin/python3
"""Scores one experiment: RMSE of predicted house prices on a quarter of California's districts. Prints one line of JSON."""
import argparse
import importlib.util
import json
import os
import sys
import time
from pathlib import Path
from typing import Any, NoReturn, Tuple

LAB = Path(__file__).resolve().parent
TEST_SHARE = 0.25
SPLIT_SEED = 42


def fail(why: str, status: int = 1) -> NoReturn:
    print(f"house-prices: {why}", file=sys.stderr)
    raise SystemExit(status)


def load_experiment(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("experiment", path)
    if spec is None or spec.loader is None:
        fail(f"{path}: is not a Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if not hasattr(module, "build_estimator"):
        fail(f"{path}: does not define build_estimator()")
    return module


def load_data() -> Tuple[Any, Any]:
    """Eight features of 20,640 districts, and the median house value of each in 100,000 dollars. No network."""
    from sklearn.datasets import fetch_california_housing

    places = [os.environ.get("SCIKIT_LEARN_DATA"), str(LAB / "data" / "scikit_learn_data")]
    for place in filter(None, places):
        if os.path.isdir(place):
            try:
                return fetch_california_housing(data_home=place, download_if_missing=False, return_X_y=True)
            except OSError:
                continue
    script = Path(os.environ.get("LEANLAB_LAB", LAB)) / "prepare.py"
    fail(f"the data are in none of: {', '.join(filter(None, places))}; run: /usr/bin/python3 {script} [--csv FILE]", 3)


def predict(estimator: Any, features: Any) -> Any:
    import numpy

    values = numpy.asarray(estimator.predict(features), dtype=float)
    if values.shape != (len(features),):
        fail(f"predict() gave shape {values.shape} for {len(features)} rows")
    if not numpy.isfinite(values).all():
        fail("predict() gave values that are not finite")
    return values


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--experiment", type=Path, required=True)
    path: Path = parser.parse_args().experiment
    if not path.is_file():
        fail(f"{path}: no such file", 2)

    try:
        from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score
        from sklearn.model_selection import train_test_split
    except ModuleNotFoundError as error:
        fail(f"{error} (for {sys.executable}); on Debian: apt-get install python3-sklearn", 3)

    features, prices = load_data()
    x_train, x_test, y_train, y_test = train_test_split(features, prices, test_size=TEST_SHARE, random_state=SPLIT_SEED)
    estimator = load_experiment(path).build_estimator()
    start = time.perf_counter()
    estimator.fit(x_train, y_train)
    train_secs = time.perf_counter() - start

    predicted = predict(estimator, x_test)
    rmse = mean_squared_error(y_test, predicted) ** 0.5
    train_rmse = mean_squared_error(y_train, predict(estimator, x_train)) ** 0.5
    print(json.dumps({
        "rmse": float(rmse),
        "mae": float(mean_absolute_error(y_test, predicted)),
        "r2": float(r2_score(y_test, predicted)),
        "overfit_gap": float(rmse - train_rmse),
        "train_secs": train_secs,
    }))


if __name__ == "__main__":
    main()
