"""The contract `isolated`: candidate() is the experiment, running apart; report() is the score.

Under leanlab both go through descriptors that the candidate does not have. Without leanlab, for trying an evaluator by hand,
candidate() starts the worker without a sandbox and report() prints; both say so.
"""
from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import types
from typing import Any, Optional

from . import session, wire
from .connection import Connection
from .errors import JudgeError
from .experiment import become_remote
from .proxies import make_proxy

_loaded: Optional[types.ModuleType] = None


def candidate(path: Optional[str] = None) -> Any:
    """The experiment as a module whose functions and objects run in the candidate's process.

    `path` is needed only when leanlab does not run this; under leanlab it must name the experiment that is judged.
    Errors: CandidateError with the candidate's own exception, when the experiment cannot be loaded.
    """
    global _loaded
    if _loaded is None:
        _loaded = become_remote(types.ModuleType("experiment"), _connect(path))
    return _loaded


def report(metrics: Optional[dict[str, Any]] = None, **named: Any) -> None:
    """The result, once: numbers by name, the objective among them. Errors: JudgeError."""
    values = {**(metrics or {}), **named}
    if session.under_engine():
        session.current().report(values)
    else:
        print(json.dumps(session.checked(values)), flush=True)


def _connect(path: Optional[str]) -> Connection:
    if session.under_engine():
        current = session.current()
        if path is not None and os.path.realpath(path) != os.path.realpath(current.experiment):
            raise JudgeError(f"{path} is not the experiment that is judged")
        return current.connection()
    if path is None:
        raise JudgeError("leanlab did not start this evaluator: candidate() needs the experiment's path")
    if not os.path.isfile(path):
        raise JudgeError(f"{path}: no such file")
    session.note("not started by leanlab: the experiment runs apart, but without a sandbox")
    return Connection(start_worker(path), make_proxy)


def start_worker(path: str) -> wire.Channel:
    """Starts the candidate's worker with no sandbox. It ends when the channel is closed, or with this process."""
    to_read, to_write = os.pipe(), os.pipe()
    theirs = (to_write[0], to_read[1])
    worker = os.path.join(os.path.dirname(os.path.abspath(__file__)), "worker.py")
    command = [sys.executable, "-I", "-B", worker, str(theirs[0]), str(theirs[1]), path]
    process = subprocess.Popen(command, pass_fds=theirs, stdin=subprocess.DEVNULL, stdout=sys.stderr.fileno())
    for fd in theirs:
        os.close(fd)
    channel = wire.Channel(to_read[0], to_write[1])

    def end() -> None:
        channel.close()
        process.wait()

    atexit.register(end)
    return channel
