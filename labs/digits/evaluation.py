#!/usr/bin/python3
"""Scores one experiment: mean accuracy on validation images over five splits. Prints one line of JSON.

The test images are never looked at here; holdout.py is for them.
"""
import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Dict, List, NoReturn

SEEDS = 5


def fail(why: str) -> NoReturn:
    print(f"digits: {why}", file=sys.stderr)
    raise SystemExit(1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--experiment", type=Path, required=True)
    path: Path = parser.parse_args().experiment
    if not path.is_file():
        fail(f"{path}: no such file")

    try:
        import data  # after the quick check: it takes scikit-learn half a second to load
    except ModuleNotFoundError as error:
        fail(f"{error} (for {sys.executable}); on Debian: apt-get install python3-sklearn")

    build_estimator = data.load_builder(path)
    scores: List[Dict[str, float]] = []
    start = time.perf_counter()
    first_seed = int(os.environ.get("LEANLAB_SEED", "0"))
    for seed in range(first_seed, first_seed + SEEDS):
        train, validation = data.visible_split(seed)
        estimator = build_estimator()
        estimator.fit(train.images, train.digits)
        scores.append({"train": data.accuracy(estimator, train), "validation": data.accuracy(estimator, validation)})
    seconds = time.perf_counter() - start

    accuracies = [score["validation"] for score in scores]
    mean = sum(accuracies) / SEEDS
    variance = sum((value - mean) ** 2 for value in accuracies) / (SEEDS - 1)
    print(json.dumps({
        "accuracy": mean,
        "accuracy_std": variance**0.5,
        "accuracy_min": min(accuracies),
        "overfit_gap": sum(score["train"] for score in scores) / SEEDS - mean,
        "train_secs": seconds / SEEDS,
    }))


if __name__ == "__main__":
    main()
