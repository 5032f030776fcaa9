#!/usr/bin/python3
"""For people, once in a while: accuracy on the test images, which no search has seen. Prints one line of JSON."""
import argparse
import json
from pathlib import Path

import data


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--experiment", type=Path, required=True)
    path: Path = parser.parse_args().experiment
    if not path.is_file():
        raise SystemExit(f"digits: {path}: no such file")
    visible, test = data.held_out_split()
    estimator = data.load_builder(path)()
    estimator.fit(visible.images, visible.digits)
    print(json.dumps({"holdout_accuracy": data.accuracy(estimator, test)}))


if __name__ == "__main__":
    main()
