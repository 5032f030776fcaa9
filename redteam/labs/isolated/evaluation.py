#!/usr/bin/python3
"""The same task for a judge that asks for its candidate and reports through leanlab_judge; stdout is only a log."""
import json
import math
import sys
from pathlib import Path

from leanlab_judge import candidate, report

data = json.loads((Path(__file__).resolve().parent / "answers.json").read_text())
estimator = candidate().build_estimator()
estimator.fit(data["x_train"], data["y_train"])
predicted = [float(value) for value in estimator.predict(data["x_test"])]
print("log:", type(estimator).__name__, str(estimator), flush=True)
if len(predicted) != len(data["y_test"]):
    sys.exit(f"{len(predicted)} predictions for {len(data['y_test'])} rows")
errors = [abs(guess - answer) for guess, answer in zip(predicted, data["y_test"])]
report(rmse=math.sqrt(sum(error * error for error in errors) / len(errors)), mae=sum(errors) / len(errors))
