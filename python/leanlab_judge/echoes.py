"""Texts of the candidate's that would pass for a result, or for a part of one, should the evaluator print them.

An evaluator of 0.2.1 gives its score as a line on stdout, and may print what the experiment says as well. The engine refuses a line
that begins like one of these, or that holds one of those marked by a blank before them: a text up to an objective and its value in it.
Nothing that an evaluator does with a text (taking a line of it, cutting its head off, putting it between quotation marks) makes it another's.
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
_MEMBER = re.compile(r'"((?:[^"\\]|\\.)*)"\s*:\s*[^\s,}\]]+')  # a key and what follows it, as JSON has it
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\(/)")
INSIDE = " "
EVERYTHING = "{"  # said instead of what is too much to be remembered: each result begins so


class Echoes:
    """`objective` is the metric's name; `tell` is given new beginnings of lines, each once, before anybody can print them."""

    def __init__(self, objective: str, tell: Callable[[list[str]], None]) -> None:
        self._keys, self._tell = (json.dumps(objective, ensure_ascii=False), f'"{objective}"'), tell
        self._known: set[str] = set()

    def hear(self, text: str) -> bool:
        """Whether there is an objective and its value in it."""
        lines = {line.strip() for line in (*text.split("\n"), *text.splitlines())}
        has_score = any(True for line in lines for _ in self._members(line))
        if len(self._known) > MOST:
            return has_score
        new = {echo[:LENGTH] for line in lines if '"' in line for echo in self._beginnings(line)} - self._known
        self._known |= new
        if len(self._known) > MOST:
            self._tell([EVERYTHING])
            return has_score
        told = sorted(echo.encode("utf-8", "replace").decode() for echo in new)
        for start in range(0, len(told), _PIECE):
            self._tell(told[start : start + _PIECE])
        return has_score

    def _beginnings(self, line: str) -> Iterator[str]:
        if self._has_key(line):
            for at, end in self._members(line):
                if line[:at].strip() != "{":  # else it is the beginning itself
                    end += 1  # `"rmse": 1}` is not in `"rmse": 12.5}`
                    yield INSIDE + line[max(0, end - LENGTH + len(INSIDE)) : end]
            for found, _ in zip(_OPENING.finditer(line), range(_MOST_BRACES)):
                yield line[found.start() :]
            if line.startswith('"'):  # behind a brace of somebody else's
                yield "{" + line
        elif len(line) > 2 and _OPENING.match(line) and not _is_closed(line):
            yield line  # what is printed behind it may make it a result

    def _members(self, line: str) -> Iterator[tuple[int, int]]:
        """Where `"rmse": 0.0` stands. In `x", "rmse": 0.0`, between the quotation marks of an evaluator that writes its JSON by hand, it would be
        a key of its own. (What json.dumps prints has a backslash before each quotation mark.) Each quotation mark may begin a key."""
        at = line.find('"')
        while at >= 0:
            found = _MEMBER.match(line, at)
            if found is not None and self._has_key(f'"{found[1]}"'):
                yield at, found.end()
            at = line.find('"', at + 1)

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
