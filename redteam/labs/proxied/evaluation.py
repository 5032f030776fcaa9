#!/usr/bin/python3
"""An evaluator as they were written for 0.2.1: it imports the experiment and prints one line. It talks more than it should."""
import argparse
import importlib.util
import json
import math
import sys
from pathlib import Path

LAB = Path(__file__).resolve().parent


def load(path):
    spec = importlib.util.spec_from_file_location("experiment", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--experiment", type=Path, required=True)
    path = parser.parse_args().experiment
    if not path.is_file():
        sys.exit(f"{path}: no such file")
    data = json.loads((LAB / "answers.json").read_text())
    try:
        module = load(path)
        estimator = module.build_estimator()
        print(f"model: {estimator}")
        estimator.fit(data["x_train"], data["y_train"])
        predicted = [float(value) for value in estimator.predict(data["x_test"])]
    except Exception as error:
        print(f"failed: {error}")
        raise
    answers = data["y_test"]
    if len(predicted) != len(answers):
        sys.exit(f"{len(predicted)} predictions for {len(answers)} rows")
    errors = [abs(guess - answer) for guess, answer in zip(predicted, answers)]
    print(json.dumps({
        "rmse": math.sqrt(sum(error * error for error in errors) / len(errors)),
        "mae": sum(errors) / len(errors),
        "note": str(getattr(module, "NOTE", "")),
    }))


if __name__ == "__main__":
    main()
