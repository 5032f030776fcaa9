#!/usr/bin/python3
"""Scores one experiment on rows that it has not seen: rmse, lower is better. An evaluator of the old kind: it imports the experiment."""
import argparse
import importlib.util
import json
import math
from pathlib import Path

LAB = Path(__file__).resolve().parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--experiment", type=Path, required=True)
    path = parser.parse_args().experiment
    if not path.is_file():
        raise SystemExit(f"{path}: no such file")
    data = json.loads((LAB / "answers.json").read_text())
    spec = importlib.util.spec_from_file_location("experiment", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    estimator = module.build_estimator()
    estimator.fit(data["x_train"], data["y_train"])
    predicted = [float(value) for value in estimator.predict(data["x_test"])]
    answers = data["y_test"]
    if len(predicted) != len(answers):
        raise SystemExit(f"{len(predicted)} predictions for {len(answers)} rows")
    print(json.dumps({"rmse": math.sqrt(sum((a - b) ** 2 for a, b in zip(predicted, answers)) / len(answers))}))


if __name__ == "__main__":
    main()
