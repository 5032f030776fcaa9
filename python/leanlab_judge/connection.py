"""The judge's end: asks the candidate for one thing at a time and turns the answers into values and proxies."""
from __future__ import annotations

import os
import threading
import time
import weakref
from typing import Any, Callable, Optional

from . import wire
from .errors import CandidateError, CandidateGone, JudgeError, NotPlainError, ProtocolError, candidate_error
from .values import Decoder, Encoder

MAX_REFERENCES = 1_000_000
KINDS = ("object", "function", "class", "module")
_TEXT_LIMIT = 20_000
_ODD_ERRORS = ("SystemExit", "KeyboardInterrupt", "GeneratorExit", "NotPlainError", "ProtocolError")


class Connection:
    """Requests over a channel; thread-safe. `make_proxy(connection, id, tree)` makes what stands for a candidate's object; `heard` is
    given each text that came with a quotation mark in it and says whether it reads like a score, `note` what people should see of the
    candidate's ways; `objective` is the score's name."""

    def __init__(
        self, channel: wire.Channel, make_proxy: Callable[["Connection", int, dict[str, Any]], Any],
        heard: Callable[[str], bool] = lambda text: False, note: Callable[[str], None] = lambda text: None, objective: str = "",
    ) -> None:
        self._channel, self._make_proxy, self._passed_on, self.note, self._objective = channel, make_proxy, heard, note, objective
        self._is_description = False  # what is asked for now: a docstring may show what a score looks like
        self._process = os.getpid()
        self.changes = 0  # how often something of the candidate's was called or set
        self._lock = threading.RLock()
        self._broken: Optional[JudgeError] = None
        self._asked = 0
        self._proxies: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()
        # How often the candidate has sent each reference to a proxy that is gone since; told to it with the next request.
        self._released: list[tuple[int, int]] = []
        self.waited_seconds = self.sent_seconds = 0.0
        answer = self.request("hello", version=wire.VERSION)
        if type(answer) is not dict or answer.get("version") != wire.VERSION:
            raise ProtocolError("the candidate's worker speaks another version of the protocol")

    @property
    def requests(self) -> int:
        return self._asked

    @property
    def channel(self) -> wire.Channel:
        return self._channel

    def unasked_bytes(self) -> int:
        """What lies in the pipe although every request has had its answer."""
        return self._channel.waiting_bytes() if self._broken is None else 0

    def request(self, op: str, target: Any = None, **fields: Any) -> Any:
        """Does `op` in the candidate, on the object behind the proxy `target`. Values of `fields` are encoded.

        Errors: CandidateError if the candidate raised, NotPlainError for what cannot cross, CandidateGone, ProtocolError. After the
        last two every further request fails with the same: the pipe can no longer be trusted.
        """
        with self._lock:
            if self._broken is not None:
                raise self._broken
            if os.getpid() != self._process:
                raise NotPlainError("a process that the evaluator forked cannot ask the candidate: two would read each other's answers (use threads)")
            encoder = Encoder(self._own_reference)
            header: dict[str, Any] = {"op": op, "id": self._asked + 1}
            if target is not None:
                header["target"] = target
            header["fields"] = {name: encoder.encode(value) for name, value in fields.items()}
            header["arrays"] = encoder.arrays
            header["release"], self._released = self._released, []
            self._is_description = op == "get" and fields.get("name") == "__doc__"
            try:
                frame = self._exchange(header, encoder)
            except (CandidateGone, ProtocolError) as error:
                raise self._break(error) from None
            except BaseException as error:  # a timeout of the evaluator's own, say: the answer that still comes would be taken for the next
                self._broken = ProtocolError(f"an earlier request was broken off by {type(error).__name__}, so the candidate cannot be asked again")
                raise
            try:
                return self._answer(frame)
            except ProtocolError as error:
                raise self._break(error) from None
            except CandidateError as error:
                if op == "load" or error.remote_type in _ODD_ERRORS:
                    self.note(f"the experiment answered with {error.remote_type}: {ascii(str(error)[:100])}")
                raise

    def _break(self, error: JudgeError) -> JudgeError:
        """For good; an evaluator that goes on after any error may not say why."""
        self._broken = error
        self.note(f"the experiment was not asked again: {error}")
        return error

    def _exchange(self, header: dict[str, Any], encoder: Encoder) -> wire.Frame:
        if self._channel.has_input():
            # Either it is gone, or it answers before it is asked.
            if self._channel.receive() is None:
                raise CandidateGone("the candidate's process has ended")
            raise ProtocolError("the candidate sent an answer before it was asked")
        self._asked += 1
        start = time.monotonic()
        self._channel.send(header, encoder.buffers)
        sent = time.monotonic()
        self.sent_seconds += sent - start
        frame = self._channel.receive()
        self.waited_seconds += time.monotonic() - sent
        if frame is None:
            raise CandidateGone(f"the candidate's process ended during `{header['op']}`")
        if frame.header.get("id") != self._asked:
            raise ProtocolError("the candidate answered another question")
        return frame

    def _answer(self, frame: wire.Frame) -> Any:
        error = frame.header.get("error")
        if error is not None:
            raise _exception(error, self._heard)
        if "value" not in frame.header:
            raise ProtocolError("an answer without a value")
        decoder = Decoder(
            frame.header.get("arrays", []), frame.body, self._their_reference, finite=True, heard=self._heard, note=self.note,
            objective=self._objective,
        )
        return decoder.decode(frame.header["value"])

    def _heard(self, text: str) -> None:
        if self._passed_on(text) and not self._is_description:
            self.note("the experiment gave its evaluator a text that reads like a score")

    def _own_reference(self, value: Any) -> dict[str, Any]:
        reference = getattr(type(value), "_leanlab_reference", None)
        if reference is not None and value._leanlab_connection is self:
            return {"$": "ref", "id": reference(value)}
        kind = type(value)
        raise NotPlainError(
            f"a {kind.__module__}.{kind.__qualname__} of the judge cannot be given to the candidate: only plain values, "
            "numpy arrays and the candidate's own objects cross"
        )

    def _their_reference(self, tree: dict[str, Any]) -> Any:
        number = tree.get("id")
        if type(number) is not int or number < 0 or tree.get("kind") not in KINDS:
            raise ProtocolError("a malformed reference")
        proxy = self._proxies.get(number)
        if proxy is None:
            if len(self._proxies) >= MAX_REFERENCES:
                raise ProtocolError("too many references")
            proxy = self._make_proxy(self, number, tree)
            received = [0]
            self._proxies[number] = proxy
            object.__setattr__(proxy, "_leanlab_received", received)
            weakref.finalize(proxy, _release, self._released_list, number, received).atexit = False
        proxy._leanlab_received[0] += 1
        return proxy

    def _released_list(self) -> list[tuple[int, int]]:
        return self._released


def _release(released: Callable[[], list[tuple[int, int]]], number: int, received: list[int]) -> None:
    released().append((number, received[0]))


def _exception(error: Any, heard: Optional[Callable[[str], None]]) -> Exception:
    if type(error) is not dict:
        raise ProtocolError("a malformed error")
    names, message, traceback = error.get("types"), error.get("message"), error.get("traceback")
    if type(names) is not list or not all(type(name) is str for name in names[:64]) or len(names) > 64:
        raise ProtocolError("a malformed error")
    if type(message) is not str or type(traceback) is not str:
        raise ProtocolError("a malformed error")
    if heard is not None:
        for text in (*names, message, traceback):
            heard(text)
    return candidate_error(names, message[:_TEXT_LIMIT], traceback[:_TEXT_LIMIT])
