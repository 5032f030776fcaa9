#!/usr/bin/python3
"""Every file of tests is named in the CMakeLists.txt of its folder: one that is not named never runs, and nobody notices."""
import sys
from pathlib import Path

import sources

HERE = "tests"


def missing(names: list, listing: str) -> list:
    """Those of `names` that stand nowhere in `listing` as a word."""
    words = set(listing.replace("(", " ").replace(")", " ").split())
    return [name for name in names if name not in words]


def check(root: Path) -> list:
    found = []
    for folder in sorted(path for path in (root / HERE).iterdir() if path.is_dir()):
        names = sorted(path.name for path in folder.iterdir() if path.name.endswith(("_test.cc", "_test.py")))
        listing = folder / "CMakeLists.txt"
        text = listing.read_text() if listing.exists() else ""
        found += [f"{(folder / name).relative_to(root).as_posix()}:1: not in {folder.name}/CMakeLists.txt, so it never runs" for name in missing(names, text)]
    return found


if __name__ == "__main__":
    sys.exit(sources.report(check(sources.ROOT)))
