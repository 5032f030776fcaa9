"""Texts of the candidate's that would pass for a result, or for its beginning, should the evaluator print them.

An evaluator of 0.2.1 gives its score as a line on stdout, and may print what the experiment says as well. The engine refuses a line
that begins like one of these. Nothing that an evaluator does with a text (taking a line of it, cutting its head off) makes it another's.
"""
from __future__ import annotations

import json
import re
from typing import Callable, Iterator

MOST = 20_000
LENGTH = 100  # characters
_PIECE = 40  # lines of one message: a frame to the engine holds 64 KiB
_MOST_BRACES = 64  # that are looked at in one line
_OPENING = re.compile(r'\{\s*"')
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\(/)")
EVERYTHING = "{"  # said instead of what is too much to be remembered: each result begins so


class Echoes:
    """`objective` is the metric's name; `tell` is given new beginnings of lines, each once, before anybody can print them."""

    def __init__(self, objective: str, tell: Callable[[list[str]], None]) -> None:
        self._keys, self._tell = (json.dumps(objective, ensure_ascii=False), f'"{objective}"'), tell
        self._known: set[str] = set()

    def hear(self, text: str) -> None:
        if len(self._known) > MOST:
            return
        lines = {line.strip() for line in (*text.split("\n"), *text.splitlines())}
        new = {echo[:LENGTH] for line in lines if '"' in line for echo in self._beginnings(line)} - self._known
        self._known |= new
        if len(self._known) > MOST:
            self._tell([EVERYTHING])
            return
        told = sorted(echo.encode("utf-8", "replace").decode() for echo in new)
        for start in range(0, len(told), _PIECE):
            self._tell(told[start : start + _PIECE])

    def _beginnings(self, line: str) -> Iterator[str]:
        if self._has_key(line):
            for found, _ in zip(_OPENING.finditer(line), range(_MOST_BRACES)):
                yield line[found.start() :]
            if line.startswith('"'):  # behind a brace of somebody else's
                yield "{" + line
        elif len(line) > 2 and _OPENING.match(line) and not _is_closed(line):
            yield line  # what is printed behind it may make it a result

    def _has_key(self, line: str) -> bool:
        plain = _ESCAPE.sub(lambda found: found[2] or chr(int(found[1], 16)), line) if "\\" in line else line
        return any(key in text for key in self._keys for text in (line, plain))


def _is_closed(line: str) -> bool:
    """Whether it begins with a whole object: what is printed behind that makes it no result."""
    try:
        json.JSONDecoder().raw_decode(line)
    except (ValueError, RecursionError):
        return False
    return True
