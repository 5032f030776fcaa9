"""What an object of the candidate's said about itself stands, until something of the candidate's is called or set.

A list that is plain data cannot change between the moment at which an evaluator checks it and the moment at which it counts it. An
object that stays with the candidate could: so each of its answers is remembered, an iteration too, and its length must be that of what it gives.
"""
from __future__ import annotations

from typing import Any, Iterator

from .errors import NotPlainError

_MOST_ITEMS = 1_000_000
_MOST_BYTES = 256 << 20
_CHANGING = ("call", "set")
_NUMPY_KEYS = frozenset("int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool_ bool float16 float32 float64 str_".split())
_REMEMBERED = ("get", "text", "convert", "item", "contains")


def ask(proxy: Any, op: str, **fields: Any) -> Any:
    """Asks the candidate, or repeats what it answered before. Errors: those of Connection.request."""
    connection = proxy._leanlab_connection
    if op in _CHANGING:
        connection.changes += 1
    key = _key(op, fields) if op in _REMEMBERED else None
    if key is None:
        return connection.request(op, proxy._leanlab_id, **fields)
    told = _told(proxy)
    if key not in told:
        told[key] = connection.request(op, proxy._leanlab_id, **fields)
    return told[key]


def iterate(proxy: Any, is_remote: Any, length: Any) -> Iterator[Any]:
    """The items; a second time the same ones. `length()` is what the object says, or None if it has none."""
    told = _told(proxy)
    if "iteration" not in told:
        told["iteration"] = _Iteration(proxy, is_remote, length())
    return told["iteration"].items()


class _Iteration:
    """One walk over an object, which several readers may share."""

    def __init__(self, proxy: Any, is_remote: Any, length: Any) -> None:
        self._connection, self._length = proxy._leanlab_connection, length
        self._iterator = ask(proxy, "iter")
        if not is_remote(self._iterator):
            raise NotPlainError("the candidate gave no iterator")
        self._is_its_own = self._iterator is proxy
        self._changes = self._connection.changes
        self._seen: list[Any] = []
        self._bytes = 0
        self._over = False

    def items(self) -> Iterator[Any]:
        at = len(self._seen) if self._is_its_own else 0
        while True:
            if at == len(self._seen) and not self._advance():
                return
            yield self._seen[at]
            at += 1

    def _advance(self) -> bool:
        if self._over:
            return False
        if len(self._seen) >= _MOST_ITEMS or self._bytes > _MOST_BYTES:
            raise NotPlainError("the candidate gave an object with too many items: let it give a list or an array")
        before = self._connection.channel.bytes_read
        step = self._connection.request("next", self._iterator._leanlab_id)
        self._bytes += self._connection.channel.bytes_read - before
        if type(step) is not list or len(step) > 1:
            raise NotPlainError("the candidate gave no iterator")
        self._over = not step
        self._seen += step
        self._check_length()
        return not self._over

    def _check_length(self) -> None:
        """What was called meanwhile may have changed the object; else it has lied."""
        count = len(self._seen)
        if self._length is None or self._changes != self._connection.changes:
            return
        if count > self._length:
            raise NotPlainError(f"the candidate gave an object of {self._length} items that gives more")
        if self._over and count != self._length:
            raise NotPlainError(f"the candidate gave an object of {self._length} items that gives {count}")


def _told(proxy: Any) -> dict[Any, Any]:
    """What the object has said since the last change."""
    changes, told = proxy._leanlab_told
    if changes != proxy._leanlab_connection.changes:
        told = {key: value for key, value in told.items() if key == "iteration" and value._is_its_own}  # once over, it stays so
        object.__setattr__(proxy, "_leanlab_told", (proxy._leanlab_connection.changes, told))
    return told


def _key(op: str, fields: dict[str, Any]) -> Any:
    """What tells this question from others; None for one that is not remembered."""
    parts = tuple(_plain(value) for value in fields.values())
    return None if None in parts else (op, *parts)


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind in (int, str, bool, float, bytes):
        return kind, value
    if kind.__module__ == "numpy" and kind.__name__ in _NUMPY_KEYS:  # an index out of a permutation, say
        return kind, value.item()
    if value is None:
        return "none"
    if kind is slice:
        return "slice", _plain(value.start), _plain(value.stop), _plain(value.step)
    if kind is tuple:
        parts = tuple(_plain(item) for item in value)
        return None if None in parts else (kind, parts)
    return None
