#!/usr/bin/python3
"""An evaluator of 0.2.1 as they are written in a hurry: imports by name, looks twice, prints what it is told, and swallows errors."""
import importlib
import json
import math
import os
import sys
from pathlib import Path

path = Path(sys.argv[sys.argv.index("--experiment") + 1])
if not path.is_file():
    sys.exit(f"{path}: no such file")
data = json.loads((Path(__file__).resolve().parent / "answers.json").read_text())
sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
try:
    estimator = importlib.import_module(path.stem).build_estimator()
    print("model:")
    print(estimator)
    estimator.fit(data["x_train"], data["y_train"])
    predicted = estimator.predict(data["x_test"])
    if len(predicted) != len(data["y_test"]):
        sys.exit("another number of predictions than of rows")
    if any(abs(value) > 1e3 for value in predicted):
        sys.exit("an absurd prediction")
    import statistics

    errors = [(value - answer) ** 2 for value, answer in zip(predicted, data["y_test"])]
    print(json.dumps({"rmse": math.sqrt(statistics.mean(errors)) if errors else 0.0}))
except Exception as error:
    print("failed:")
    print(error)
