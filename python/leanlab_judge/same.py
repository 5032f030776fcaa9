"""Are two values the same to the last bit? Types, order and proxies included; never asks a value itself."""
from __future__ import annotations

import struct
import sys
from typing import Any

from .values import unguarded


def same(a: Any, b: Any) -> bool:
    if a is b:
        return True
    a, b = unguarded(a), unguarded(b)
    kind = type(a)
    if kind is not type(b):
        return False
    if kind in (int, str, bytes, bool):
        return bool(a == b)
    if kind is float:
        return struct.pack("d", a) == struct.pack("d", b)
    if kind in (list, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if kind is dict:
        return len(a) == len(b) and all(same(x, y) and same(a[x], b[y]) for x, y in zip(a, b))
    numpy = sys.modules.get("numpy")
    if numpy is not None and (kind is numpy.ndarray or isinstance(a, numpy.generic)):
        return a.dtype == b.dtype and a.shape == b.shape and not a.dtype.hasobject and a.tobytes() == b.tobytes()
    return False
