"""This process as the judge of one evaluation: what the engine gave it, its greeting, and its report."""
from __future__ import annotations

import atexit
import json
import math
import os
import sys
from typing import Any, Optional

from . import wire
from .connection import Connection
from .echoes import Echoes
from .errors import JudgeError, ProtocolError
from .proxies import make_proxy

MAX_METRICS = 64
MAX_REPORT_BYTES = 16 << 10
MAX_NOTES, MAX_NOTE = 16, 300
_VARIABLES = ("LEANLAB_RESULT_FD", "LEANLAB_CANDIDATE_READ_FD", "LEANLAB_CANDIDATE_WRITE_FD", "LEANLAB_EXPERIMENT", "LEANLAB_CONTRACT")


def make_undumpable() -> None:
    """No other process of the same user may look into this one: not its memory, not its descriptors."""
    import ctypes

    pr_set_dumpable = 4
    if ctypes.CDLL(None, use_errno=True).prctl(pr_set_dumpable, 0, 0, 0, 0) != 0:
        raise JudgeError("the kernel refuses PR_SET_DUMPABLE")


class Session:
    """Taken once from the environment, which is then cleared, so that no child of the judge inherits it."""

    def __init__(self) -> None:
        missing = [name for name in _VARIABLES if not os.environ.get(name)]
        if missing:
            raise JudgeError(f"not started by leanlab: {', '.join(missing)} not set")
        values = {name: os.environ.pop(name) for name in _VARIABLES}
        make_undumpable()
        self.contract = values["LEANLAB_CONTRACT"]
        self.experiment = values["LEANLAB_EXPERIMENT"]
        result = int(values["LEANLAB_RESULT_FD"])
        self._result = wire.Channel(result, result)
        self._objective = ""
        self._nonce = self._greet()
        is_proxied = self.contract == "proxied"  # only there may a line on stdout be the result
        self._echoes = Echoes(self._objective, lambda lines: self._say({"echoes": lines}) if is_proxied else None)
        self._notes: set[str] = set()
        self._candidate = (int(values["LEANLAB_CANDIDATE_READ_FD"]), int(values["LEANLAB_CANDIDATE_WRITE_FD"]))
        for fd in self._candidate:
            os.set_inheritable(fd, False)
        self._connection: Optional[Connection] = None
        self._reported = False
        atexit.register(self._finish)

    def connection(self) -> Connection:
        """To the candidate; made at the first use."""
        if self._connection is None:
            self._connection = Connection(wire.Channel(*self._candidate), make_proxy, self._echoes.hear, self.note, self._objective)
        return self._connection

    def report(self, metrics: dict[str, Any]) -> None:
        """Sends the result. Errors: JudgeError for a second one, or for one that the engine would not take."""
        if self._reported:
            raise JudgeError("report() was called twice; there is one result")
        self._result.send({"nonce": self._nonce, "result": checked(metrics)})
        self._reported = True

    def _greet(self) -> str:
        frame = self._result.receive()
        nonce = frame.header.get("nonce") if frame is not None else None
        if type(nonce) is not str or frame is None or frame.header.get("version") != wire.VERSION:
            raise ProtocolError("the engine did not greet, or speaks another version")
        objective = frame.header.get("objective")
        self._objective = objective if type(objective) is str else ""
        self._result.send({"nonce": nonce, "hello": {"version": wire.VERSION, "contract": self.contract, "language": "python"}})
        return nonce

    def note(self, text: str) -> None:
        """What the candidate did that people should see beside the score: a warning of the record's, each once."""
        text = text[:MAX_NOTE]
        if text not in self._notes and len(self._notes) < MAX_NOTES:
            self._notes.add(text)
            self._say({"note": text})

    def _say(self, words: dict[str, Any]) -> None:
        try:
            self._result.send({"nonce": self._nonce, **words})
        except JudgeError:
            pass  # the engine has given up; it knows why

    def _finish(self) -> None:
        made = self._connection
        stats: dict[str, Any] = {"requests": 0}
        if made is not None:
            stats = {
                "requests": made.requests, "bytes_sent": made.channel.bytes_written, "bytes_received": made.channel.bytes_read,
                "sent_seconds": made.sent_seconds, "waited_seconds": made.waited_seconds,
            }
            unasked = made.unasked_bytes()
            if unasked > 0:
                self.note(f"the experiment sent {unasked} bytes that nobody had asked for")
        self._say({"stats": stats})


def checked(metrics: Any) -> dict[str, Any]:
    """The metrics as plain values. Errors: JudgeError."""
    if type(metrics) is not dict or not metrics or len(metrics) > MAX_METRICS:
        raise JudgeError(f"report() takes one to {MAX_METRICS} metrics")
    plain: dict[str, Any] = {}
    for name, value in metrics.items():
        if type(name) is not str:
            raise JudgeError("a metric's name is a text")
        if type(value).__module__ == "numpy" and hasattr(value, "item"):
            value = value.item()
        if type(value) not in (bool, int, float, str):
            raise JudgeError(f"metric {name} is a {type(value).__name__}; it must be a number, a bool or a text")
        if type(value) is float and not math.isfinite(value):
            raise JudgeError(f"metric {name} is {value}; it must be finite")
        plain[name] = value
    if len(json.dumps(plain)) > MAX_REPORT_BYTES:
        raise JudgeError("the report is larger than 16 KiB")
    return plain


_session: Optional[Session] = None


def under_engine() -> bool:
    """True when leanlab started this process as a judge."""
    return _session is not None or "LEANLAB_RESULT_FD" in os.environ


def current() -> Session:
    """The one session of this process. Errors: JudgeError when leanlab did not start it."""
    global _session
    if _session is None:
        _session = Session()
    return _session


def note(text: str) -> None:
    print(f"leanlab_judge: {text}", file=sys.stderr)
