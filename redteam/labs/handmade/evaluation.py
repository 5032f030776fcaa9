#!/usr/bin/python3
"""The same task by an evaluator that writes its JSON by hand, asks by numpy's indexes, and passes on what the experiment says of itself."""
import importlib.util
import json
import sys
from pathlib import Path

import numpy

path = Path(sys.argv[sys.argv.index("--experiment") + 1])
if not path.is_file():
    sys.exit(f"{path}: no such file")
data = json.loads((Path(__file__).resolve().parent / "answers.json").read_text())
spec = importlib.util.spec_from_file_location("experiment", path)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
estimator = module.build_estimator()
estimator.fit(data["x_train"], data["y_train"])
predicted = estimator.predict(data["x_test"])
if len(predicted) != len(data["y_test"]):
    sys.exit("another number of predictions than of rows")
rows = numpy.random.default_rng(0).permutation(len(predicted))
if any(abs(predicted[row]) > 1e3 for row in rows):
    sys.exit("an absurd prediction")
rmse = float(numpy.sqrt(numpy.mean([(predicted[row] - data["y_test"][row]) ** 2 for row in rows])))
others = dict(module.extras()) if hasattr(module, "extras") else {}
others.pop("rmse", None)
text = "".join(f"{json.dumps(key)}: {json.dumps(value)}, " for key, value in others.items())
print(f'{{{text}"model": "{getattr(module, "NAME", "unnamed")}", "rmse": {rmse}}}')
