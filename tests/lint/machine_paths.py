#!/usr/bin/python3
"""No path of the machine on which the code was written stands in the repository."""
import re
import sys
from pathlib import Path

import sources

# Written in pieces, so that this file does not find itself.
PATTERNS = [
    re.compile(r"(^|[^A-Za-z0-9_.])/(" + "wo" + "rk|fa" + "rm)/"),
    re.compile(r"/tmp/w" + r"t\b"),
    re.compile(r"\.\./(sha" + r"red|\.library)\b"),
]
# The two scripts that may look for test data beside the clone.
MAY_LOOK_BESIDE = {"test", ".ci/run", "tests/lint/machine_paths.py"}
BINARY = {".png", ".jpg", ".ico", ".gz", ".br", ".woff2"}


def findings_in(name: str, text: str) -> list:
    patterns = PATTERNS[:2] if name in MAY_LOOK_BESIDE else PATTERNS
    return [
        f"{name}:{number}: a path of one machine: {line.strip()[:100]}"
        for number, line in enumerate(text.splitlines(), 1)
        if any(pattern.search(line) for pattern in patterns)
    ]


def check(root: Path) -> list:
    found = []
    for path in sources.tree_files(root):
        if path.suffix not in BINARY:
            found += findings_in(path.as_posix(), sources.read(path, root))
    return found


if __name__ == "__main__":
    sys.exit(sources.report(check(sources.ROOT)))
