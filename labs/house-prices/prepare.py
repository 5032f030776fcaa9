#!/usr/bin/python3
"""Puts the California housing data where the evaluator finds them, so that no evaluation needs the network.

    /usr/bin/python3 prepare.py                    from scikit-learn's own download
    /usr/bin/python3 prepare.py --csv housing.csv  from a file of yours, in the format that Kaggle and many books use

The cache is written to the folder in SCIKIT_LEARN_DATA if that is set, else to data/scikit_learn_data/ beside this file.
"""
import argparse
import csv
import math
import os
import sys
import tempfile
from pathlib import Path
from typing import Dict, List, NoReturn

LAB = Path(__file__).resolve().parent
CACHE_NAME = "cal_housing_py3.pkz"
ROWS = 20_640
# Columns of scikit-learn's cache, in its order: the target first.
COLUMNS = (
    "median_house_value", "median_income", "housing_median_age", "total_rooms", "total_bedrooms", "population",
    "households", "latitude", "longitude",
)
# 207 rows of the CSV lack total_bedrooms; this is the mean of the others.
MISSING_BEDROOMS = 537.9


def fail(why: str) -> NoReturn:
    print(f"prepare: {why}", file=sys.stderr)
    raise SystemExit(1)


def data_home() -> Path:
    """The folder of the cache."""
    return Path(os.environ.get("SCIKIT_LEARN_DATA") or LAB / "data" / "scikit_learn_data")


def number(row: Dict[str, str], column: str, place: str) -> float:
    text = (row.get(column) or "").strip()
    if column == "total_bedrooms" and text in ("", "NA", "NaN", "nan"):
        return MISSING_BEDROOMS
    try:
        value = float(text)
    except ValueError:
        fail(f"{place}: {column} is {text!r}, not a number")
    if not math.isfinite(value):
        fail(f"{place}: {column} is {text!r}, not a finite number")
    return value


def read_csv(path: Path) -> List[List[float]]:
    """Rows in the cache's order of columns."""
    try:
        with path.open(newline="") as file:
            reader = csv.DictReader(file)
            missing = [column for column in COLUMNS if column not in (reader.fieldnames or [])]
            if missing:
                fail(f"{path}: its first line lacks {', '.join(missing)}")
            rows = [[number(row, column, f"{path}, line {reader.line_num}") for column in COLUMNS] for row in reader]
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{path}: {error}")
    if len(rows) != ROWS:
        print(f"prepare: warning: {path} has {len(rows)} rows, the census has {ROWS}; scores will not compare", file=sys.stderr)
    return rows


def write_cache(rows: List[List[float]], folder: Path) -> Path:
    """Writes scikit-learn's cache, whole or not at all."""
    import joblib
    import numpy

    folder.mkdir(parents=True, exist_ok=True)
    target = folder / CACHE_NAME
    handle, draft = tempfile.mkstemp(dir=folder, suffix=".pkz")
    os.close(handle)
    try:
        joblib.dump(numpy.array(rows), draft, compress=6)
        os.chmod(draft, 0o644)
        os.replace(draft, target)
    except BaseException:
        os.unlink(draft)
        raise
    return target


def download(folder: Path) -> Path:
    """Lets scikit-learn fetch the data."""
    from sklearn.datasets import fetch_california_housing

    folder.mkdir(parents=True, exist_ok=True)
    try:
        fetch_california_housing(data_home=str(folder))
    except OSError as error:
        fail(f"the download failed ({error}); with a CSV of the data: {sys.executable} {Path(__file__).name} --csv FILE")
    return folder / CACHE_NAME


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--csv", type=Path, help="read the data from this file instead of downloading them")
    csv_file = parser.parse_args().csv
    try:
        written = write_cache(read_csv(csv_file), data_home()) if csv_file else download(data_home())
    except PermissionError as error:
        fail(f"{error}; set SCIKIT_LEARN_DATA to a folder of yours")
    print(f"wrote {written}")


if __name__ == "__main__":
    main()
