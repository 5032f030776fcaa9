#!/usr/bin/python3
"""Every C++ file is as clang-format-19 would write it. Skipped where that is not installed."""
import shutil
import subprocess
import sys
from pathlib import Path

import sources

TOOL = "clang-format-19"


def check(root: Path, files: list) -> list:
    found = []
    for path in files:
        text = sources.read(path, root)
        done = subprocess.run(
            [TOOL, f"--assume-filename={root / path}"], input=text, capture_output=True, text=True, check=True
        )
        if done.stdout != text:
            ours, theirs = text.splitlines(), done.stdout.splitlines()
            line = next((i for i, (a, b) in enumerate(zip(ours, theirs), 1) if a != b), min(len(ours), len(theirs)))
            found.append(f"{path.as_posix()}:{line}: not formatted; run {TOOL} -i {path.as_posix()}")
    return found


if __name__ == "__main__":
    if shutil.which(TOOL) is None:
        print(f"SKIPPED: {TOOL} is not installed (tools/install-packages lint)")
        sys.exit(0)
    sys.exit(sources.report(check(sources.ROOT, sources.cpp_files(sources.ROOT))))
