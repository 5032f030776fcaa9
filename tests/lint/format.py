#!/usr/bin/python3
"""Every C++ file is as clang-format-19 would write it. Skipped where that is not installed."""
import re
import shutil
import subprocess
import sys
from pathlib import Path

import sources

TOOL = "clang-format-19"


def check(root: Path, files: list) -> list:
    """One process for all files: starting it costs more than reading a file."""
    if not files:
        return []
    done = subprocess.run([TOOL, "--dry-run", *map(str, files)], cwd=root, capture_output=True, text=True, check=True)
    first = {}  # file -> the first line that differs
    for name, line in re.findall(r"^(.+?):(\d+):\d+: warning: ", done.stderr, re.M):
        first.setdefault(name, line)
    return [f"{name}:{line}: not formatted; run {TOOL} -i {name}" for name, line in sorted(first.items())]


if __name__ == "__main__":
    if shutil.which(TOOL) is None:
        print(f"SKIPPED: {TOOL} is not installed (tools/install-packages lint)")
        sys.exit(0)
    sys.exit(sources.report(check(sources.ROOT, sources.cpp_files(sources.ROOT))))
