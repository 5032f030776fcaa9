"""What the experiment changed in its own process or used up, looked at now and then: evidence for people, like watch.py, and no more."""
from __future__ import annotations

import builtins
import fcntl
import json
import math
import os
import resource
import signal
import sys
import threading
import time
import types
from typing import Any, Callable, Iterator, Optional

OWN = "experiment"  # the module's name (worker.py)
_SECONDS = 0.05  # between two looks
_FAR = 200  # a descriptor out of the way of those who try them all
_MODULES = (builtins, json, json.encoder, json.decoder, math, os, time)
_MEASURES = ("numpy", "sklearn.metrics", "statistics")
_WORKER = ("leanlab_judge.worker", "leanlab_judge.values", "leanlab_judge.wire", "leanlab_judge.watch", "leanlab_judge.reach", __name__)
_JUDGES = ("leanlab_judge.session", "leanlab_judge.contract", "leanlab_judge.hook")  # no worker needs them
_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGXCPU)
_NUMBERS_AND_TEXTS = (int, float, complex, str, bytes)
_OPERATORS = frozenset(
    f"__{name}__" for name in "eq ne lt le gt ge add radd sub rsub mul rmul truediv rtruediv pow rpow abs neg float int hash".split()
)
_DISGUISES = frozenset(f"__{name}__" for name in "array array_interface array_struct array_ufunc array_function float int index class".split())


class Signs:
    """`tell` is given what was found, for a reader who knows that the experiment "tried to" do it."""

    def __init__(self, tell: Callable[[Optional[str]], None]) -> None:
        self._tell = tell
        self._modules = [(module, {k: v for k, v in vars(module).items() if callable(v)}) for module in _MODULES]
        self._handlers = {number: signal.getsignal(number) for number in _SIGNALS}
        self._next = 0.0
        self._decoy = _lay_decoy()
        # The experiment may replace what stands in this module or in its class.
        self._places, self._looks = _places, (self._replaced, self._borrowed, self._used_up, self._written)

    def answering(self, value: Any) -> None:
        """An object that is given to the judge, or an array that is no plain one: is it made to look like a number?"""
        kind = type(value)
        if kind.__module__.startswith("numpy.ma"):
            self._tell("answer with an array behind a mask, which does not cross")
        if kind.__module__ != OWN:
            return
        names = {name for cls in kind.__mro__ if cls.__module__ == OWN for name in vars(cls)}
        if names & (_OPERATORS if issubclass(kind, _NUMBERS_AND_TEXTS) or hasattr(kind, "dtype") else _DISGUISES):
            self._tell(f"answer with {kind.__name__}, an object with operators of its own, of which only plain values count")

    def look(self, at_once: bool = False) -> None:
        """Costs nothing when the last look was a moment ago."""
        now = time.monotonic()
        if now < self._next and not at_once:
            return
        try:
            for look in self._looks:
                for sign in look():
                    self._tell(sign)
        except Exception:  # what was replaced may be what this needs
            pass
        self._next = now + _SECONDS

    def _replaced(self) -> Iterator[str]:
        for module, known in self._modules:
            now = vars(module)
            for name in (name for name, value in known.items() if now.get(name) is not value):
                yield f"replace {module.__name__}.{name}"
        for place in self._places():
            for name, value in list(vars(place).items()):
                if isinstance(value, (types.FunctionType, type)) and value.__module__ == OWN:
                    yield f"replace {place.__name__}.{name}"
        for number, handler in self._handlers.items():
            if signal.getsignal(number) is not handler:
                yield f"outlive {signal.Signals(number).name}"

    def _borrowed(self) -> Iterator[str]:
        if any(name in sys.modules for name in _JUDGES):
            yield "speak to the engine in its judge's place"

    def _used_up(self) -> Iterator[str]:
        room = os.statvfs(os.environ.get("TMPDIR", "/tmp"))
        if room.f_bavail == 0 or room.f_favail == 0:
            yield "fill its temporary folder"
        most = resource.getrlimit(resource.RLIMIT_NPROC)[0]
        if threading.active_count() > 32 and 0 < most <= len(os.listdir("/proc/self/task")) + 2:
            yield "start more threads than limits.processes allows"

    def _written(self) -> Iterator[str]:
        try:
            data = os.read(self._decoy, 100)
        except OSError:
            return
        if data:
            yield f"write to a descriptor that is not its own: {ascii(data.decode('utf-8', 'replace'))[:80]}"


def _places() -> Iterator[Any]:
    """Modules and classes in which nothing of the experiment's has any business."""
    yield from (sys.modules[name] for name in _MEASURES if name in sys.modules)
    for module in (sys.modules[name] for name in _WORKER if name in sys.modules):
        yield module
        yield from (value for value in list(vars(module).values()) if isinstance(value, type) and value.__module__ == module.__name__)


def _lay_decoy() -> int:
    """A pipe that leads nowhere, at the first free descriptor; returns its other end. The judge's result is in another process;
    somebody may look for it here."""
    reader, writer = os.pipe()
    far = fcntl.fcntl(reader, fcntl.F_DUPFD_CLOEXEC, _FAR)
    os.close(reader)
    near = fcntl.fcntl(writer, fcntl.F_DUPFD_CLOEXEC, 3)
    if near < writer:
        os.close(writer)
    else:
        os.close(near)
        near = writer
    for fd in (near, far):
        os.set_blocking(fd, False)
    return far
