"""The candidate's end: loads the experiment and does what the judge asks, one thing at a time.

    python -I -B worker.py READ_FD WRITE_FD EXPERIMENT

It runs in the candidate's sandbox, in one process with the experiment; so nothing that it says is believed there. Other
languages may replace it: docs/formats/judge-protocol.md.
"""
from __future__ import annotations

import copy
import importlib.util
import os
import sys
import time
import traceback
import types
from typing import Any, Callable

if __package__ in (None, ""):  # run as a script, with -I: Python does not look beside it by itself
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    import leanlab_judge.worker  # the same file, as part of its package

    del sys.path[0]

    sys.exit(leanlab_judge.worker.main(sys.argv))

from . import watch, wire
from .errors import JudgeError, NotPlainError, ProtocolError
from .signs import Signs
from .values import Decoder, Encoder

_FUNCTIONS = (
    types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.MethodWrapperType, types.WrapperDescriptorType,
    types.MethodDescriptorType, types.ClassMethodDescriptorType,
)
_TRAITS = {
    "call": "__call__", "len": "__len__", "bool": "__bool__", "iter": "__iter__", "item": "__getitem__",
    "contains": "__contains__", "float": "__float__", "int": "__int__", "array": "__array__", "next": "__next__", "enter": "__enter__",
    "setitem": "__setitem__",
}


class References:
    """Objects that the judge holds, counted as often as they were sent."""

    def __init__(self, shown: Callable[[Any], None]) -> None:
        self._shown = shown
        self._objects: dict[int, Any] = {}
        self._sent: dict[int, int] = {}
        self._numbers: dict[int, int] = {}
        self._last = 0

    def __len__(self) -> int:
        return len(self._objects)

    def describe(self, value: Any) -> dict[str, Any]:
        """What is sent in place of `value`."""
        number = self._numbers.get(id(value))
        if number is None:
            self._last = number = self._last + 1
            self._objects[number], self._numbers[id(value)], self._sent[number] = value, number, 0
        self._sent[number] += 1
        self._shown(value)
        if isinstance(value, type):
            return {"$": "ref", "id": number, "kind": "class", "name": value.__name__}
        if isinstance(value, types.ModuleType):
            return {"$": "ref", "id": number, "kind": "module", "name": "module"}
        if isinstance(value, _FUNCTIONS):
            return {"$": "ref", "id": number, "kind": "function", "name": "function"}
        traits = [trait for trait, name in _TRAITS.items() if _has(type(value), name)]
        return {"$": "ref", "id": number, "kind": "object", "name": type(value).__name__, "traits": traits}

    def get(self, number: Any) -> Any:
        if number not in self._objects:
            raise ProtocolError(f"there is no object {number}")
        return self._objects[number]

    def release(self, pairs: Any) -> None:
        for number, count in pairs:
            self._sent[number] -= count
            if self._sent[number] <= 0:
                value = self._objects.pop(number)
                del self._sent[number], self._numbers[id(value)]


def _has(kind: type, name: str) -> bool:
    """Whether its instances have the method, as Python looks it up: not that the class itself can be called, say."""
    return next((vars(cls)[name] is not None for cls in kind.__mro__ if name in vars(cls)), False)


def _load(path: str) -> types.ModuleType:
    spec = importlib.util.spec_from_file_location("experiment", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{os.path.basename(path)} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules["experiment"] = module
    spec.loader.exec_module(module)
    return module


def _convert(value: Any, to: str) -> Any:
    if to == "array":
        import numpy

        return numpy.asarray(value)
    return {"len": len, "bool": bool, "float": float, "int": int}[to](value)


def _next(iterator: Any) -> list[Any]:
    for item in iterator:
        return [item]
    return []


def _set(value: Any, name: str, to: Any) -> None:
    setattr(value, name, to)


_OPERATIONS: dict[str, Callable[..., Any]] = {
    "get": lambda value, name: getattr(value, name),
    "set": lambda value, name, value_=None: _set(value, name, value_),
    "call": lambda value, args, kwargs: value(*args, **kwargs),
    "dir": lambda value: dir(value),
    "text": lambda value, how: (repr if how == "repr" else str)(value),
    "type": lambda value: type(value),
    "isinstance": lambda value, value_: isinstance(value_, value),
    "issubclass": lambda value, value_: issubclass(value_, value),
    "copy": lambda value, deep: copy.deepcopy(value) if deep else copy.copy(value),
    "iter": lambda value: iter(value),
    "next": lambda value: _next(value),
    "item": lambda value, key: value[key],
    "contains": lambda value, key: key in value,
    "convert": lambda value, to: _convert(value, to),
}


class Worker:
    """Serves one judge over one channel."""

    __slots__ = ("_channel", "_path", "_answering", "_look", "_references")  # and no method in the place of one of these

    def __init__(self, channel: wire.Channel, path: str, signs: Signs) -> None:
        self._channel, self._path, self._answering, self._look = channel, path, signs.answering, signs.look
        self._references = References(signs.answering)

    def serve(self) -> int:
        """Until the judge closes the channel."""
        while True:
            try:
                frame = self._channel.receive()
            except JudgeError:
                return 1
            if frame is None:
                return 0
            self._channel.send(*self._reply(frame))

    def _reply(self, frame: wire.Frame) -> tuple[dict[str, Any], list[wire.Buffer]]:
        header = frame.header
        answer: dict[str, Any] = {"id": header.get("id")}
        start, cpu = time.monotonic(), time.process_time()
        try:
            encoder = Encoder(self._references.describe, self._answering)
            answer["value"] = encoder.encode(self._do(frame))
            answer["arrays"] = encoder.arrays
            buffers = encoder.buffers
        except BaseException as error:  # noqa: B902  also SystemExit: the judge says what that means
            answer = {"id": header.get("id"), "error": _describe_error(error)}
            buffers = []
        answer["wall"], answer["cpu"] = time.monotonic() - start, time.process_time() - cpu
        self._look(at_once=header.get("op") == "load")
        return answer, buffers

    def _do(self, frame: wire.Frame) -> Any:
        header = frame.header
        self._references.release(header.get("release", []))
        op = header.get("op")
        if op == "hello":
            return {"version": wire.VERSION, "language": "python"}
        if op == "load":
            return _load(self._path)
        decoder = Decoder(header.get("arrays", []), frame.body, lambda tree: self._references.get(tree.get("id")), finite=False)
        fields = {_field(name): decoder.decode(tree) for name, tree in header.get("fields", {}).items()}
        operation = _OPERATIONS.get(op) if type(op) is str else None
        if operation is None:
            raise ProtocolError(f"an unknown request: {op!r}")
        return operation(self._references.get(header.get("target")), **fields)


def _field(name: str) -> str:
    return "value_" if name == "value" else name


def _describe_error(error: BaseException) -> dict[str, Any]:
    if isinstance(error, (JudgeError, NotPlainError)):
        names = [type(error).__name__, "TypeError" if isinstance(error, NotPlainError) else "RuntimeError"]
    else:
        names = [cls.__name__ for cls in type(error).__mro__[:32]]
    try:
        message = str(error)
    except Exception as second:  # an exception that cannot even be printed
        message = f"(its text cannot be had: {type(second).__name__})"
    try:
        lines = traceback.format_exception(type(error), error, error.__traceback__)
    except Exception:
        lines = [message]
    text = "".join(lines)
    return {"types": names, "message": _safe(message), "traceback": _safe(text[-20_000:])}


def _safe(text: str) -> str:
    return text[:20_000].encode("utf-8", "replace").decode("utf-8")


def main(argv: list[str]) -> int:
    if len(argv) != 4:
        print("usage: worker.py READ_FD WRITE_FD EXPERIMENT", file=sys.stderr)
        return 2
    channel = wire.Channel(int(argv[1]), int(argv[2]))
    sys.argv = [argv[3]]
    signs = Signs(watch.install(argv[3]))
    look = signs.look
    status = Worker(channel, argv[3], signs).serve()
    look(at_once=True)
    # The judge is done, and nothing that the experiment would do at its exit can matter: it is over at once.
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            pass
    os._exit(status)
