#!/usr/bin/python3
"""Every crash_point("name") of the sources stands in docs/crash-points.md, and the reverse.

The black-box tests kill the program at each name of that page, so a name that is not there is never tried.
"""
import re
import sys
from pathlib import Path

import sources

PAGE = Path("docs/crash-points.md")


def names_in_code(text: str):
    """Yields (line, name) for each call with a literal."""
    items = list(sources.tokens(text))
    for i in range(len(items) - 2):
        if items[i].text == "crash_point" and items[i + 1].text == "(" and items[i + 2].kind == "string":
            yield items[i].line, items[i + 2].text.strip('"')


def names_in_page(text: str) -> list:
    """The first column of the page's table: | `name` | ..."""
    return re.findall(r"^\|\s*`([a-z0-9_.-]+)`\s*\|", text, re.M)


def compare(code: dict, page: list) -> list:
    """`code` maps a name to its place."""
    found = [f"{place}: crash point '{name}' is not in {PAGE}" for name, place in code.items() if name not in page]
    found += [f"{PAGE}:1: '{name}' is no crash point of the sources" for name in page if name not in code]
    found += [f"{PAGE}:1: '{name}' stands there twice" for name in set(page) if page.count(name) > 1]
    return sorted(found)


def check(root: Path) -> list:
    code = {}
    for path in sources.cpp_files(root, "src"):
        for line, name in names_in_code(sources.read(path, root)):
            code.setdefault(name, f"{path.as_posix()}:{line}")
    return compare(code, names_in_page(sources.read(PAGE, root)))


if __name__ == "__main__":
    sys.exit(sources.report(check(sources.ROOT)))
