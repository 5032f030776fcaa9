"""The images, their three parts, and how an experiment is loaded and measured on one of them."""
import importlib.util
from pathlib import Path
from typing import Any, Callable, NamedTuple, Tuple

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

TEST_SHARE = 0.2
VALIDATION_SHARE = 0.25  # of what is left: 60 % train, 20 % validation, 20 % test
TEST_SEED = 20260101  # one split for ever: what was test once never becomes training


class Part(NamedTuple):
    """`images` is n x 64, pixels 0 to 16 in rows; `digits` the n labels 0 to 9."""

    images: np.ndarray
    digits: np.ndarray


def held_out_split() -> Tuple[Part, Part]:
    """All that experiments may learn from, and the test part."""
    images, digits = load_digits(return_X_y=True)
    parts = train_test_split(images, digits, test_size=TEST_SHARE, random_state=TEST_SEED, stratify=digits)
    return Part(parts[0], parts[2]), Part(parts[1], parts[3])


def visible_split(seed: int) -> Tuple[Part, Part]:
    """Training and validation part for one seed."""
    visible, _ = held_out_split()
    parts = train_test_split(*visible, test_size=VALIDATION_SHARE, random_state=seed % 2**32, stratify=visible.digits)
    return Part(parts[0], parts[2]), Part(parts[1], parts[3])


def load_builder(path: Path) -> Callable[[], Any]:
    """The experiment's build_estimator()."""
    spec = importlib.util.spec_from_file_location("experiment", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"digits: {path}: is not a Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if not callable(getattr(module, "build_estimator", None)):
        raise SystemExit(f"digits: {path}: does not define build_estimator()")
    return module.build_estimator


def accuracy(estimator: Any, part: Part) -> float:
    """Share of the part's images that are recognised. The estimator's own score() is not asked."""
    predicted = np.asarray(estimator.predict(part.images))
    if predicted.shape != part.digits.shape:
        raise SystemExit(f"digits: predict() gave shape {predicted.shape} for {len(part.digits)} images")
    if predicted.dtype.kind not in "iuf":
        raise SystemExit(f"digits: predict() gave {predicted.dtype}, not numbers")
    return float(np.mean(predicted == part.digits))
