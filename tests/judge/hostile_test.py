"""What a hostile candidate may write into the pipe: each try ends as an error of the judge's, never as a value."""
import json
import os
import struct
import sys
import threading
import unittest
from typing import Any, Callable, Dict, List

import judge_testing  # noqa: F401  puts the package on the path

from leanlab_judge import wire
from leanlab_judge.connection import Connection
from leanlab_judge.errors import CandidateError, CandidateGone, NotPlainError, ProtocolError
from leanlab_judge.proxies import make_proxy
from leanlab_judge.values import Decoder, Encoder


class Peer:
    """A candidate in a thread that greets properly, then does what the test says for the one request after that."""

    def __init__(self, case: unittest.TestCase, answer: Callable[[wire.Channel, Dict[str, Any]], None]) -> None:
        to_peer, to_judge = os.pipe(), os.pipe()
        self._channel = wire.Channel(to_peer[0], to_judge[1])
        self._answer = answer
        thread = threading.Thread(target=self._run)
        thread.start()
        judge = wire.Channel(to_judge[0], to_peer[1])
        case.addCleanup(thread.join)
        case.addCleanup(judge.close)
        self.connection = Connection(judge, make_proxy)

    def _run(self) -> None:
        try:
            hello = self._channel.receive()
            self._channel.send({"id": hello.header["id"], "value": {"$": "dict", "v": [["version", wire.VERSION]]}})
            request = self._channel.receive()
            if request is not None:
                self._answer(self._channel, request.header)
                while self._channel.receive() is not None:
                    pass
        except CandidateGone:
            pass
        finally:
            self._channel.close()


def reply(value: Any, arrays: Any = (), body: bytes = b"") -> Callable[[wire.Channel, Dict[str, Any]], None]:
    def answer(channel: wire.Channel, request: Dict[str, Any]) -> None:
        channel.send({"id": request["id"], "value": value, "arrays": list(arrays)}, [body] if body else [])

    return answer


def raw(data: bytes) -> Callable[[wire.Channel, Dict[str, Any]], None]:
    return lambda channel, request: channel._write(data)


def header_only(text: str) -> Callable[[wire.Channel, Dict[str, Any]], None]:
    data = text.encode()
    return raw(wire.PREFIX.pack(wire.MAGIC, len(data), 0) + data)


def array(dtype: Any = "<f8", shape: Any = (1,), order: Any = "C", offset: Any = 0, size: Any = 8, index: Any = 0):
    entry = {"dtype": dtype, "shape": list(shape) if isinstance(shape, tuple) else shape, "order": order, "offset": offset, "bytes": size}
    return reply({"$": "array", "i": index}, [entry], struct.pack("<d", 1.5))


class Hostile(unittest.TestCase):
    def ask(self, answer: Callable[[wire.Channel, Dict[str, Any]], None]) -> Any:
        return Peer(self, answer).connection.request("call", 1, args=[], kwargs={})

    def refused(self, answer: Callable[[wire.Channel, Dict[str, Any]], None], *kinds: type) -> None:
        with self.assertRaises(kinds or ProtocolError):
            self.ask(answer)

    def test_an_honest_answer_passes(self):
        self.assertEqual(self.ask(reply([1, {"$": "tuple", "v": ["x"]}])), [1, ("x",)])
        self.assertEqual(self.ask(array()).tolist(), [1.5])

    def test_numbers_that_are_not_finite(self):
        for text in ("NaN", "Infinity", "-Infinity", "1e999", '{"$":"float","v":"nan"}', '{"$":"complex","v":[1e999,0]}'):
            self.refused(header_only(f'{{"id":2,"value":{text}}}'))
        for value in (float("nan"), float("inf")):
            entry = {"dtype": "<f8", "shape": [1], "order": "C", "offset": 0, "bytes": 8}
            self.refused(reply({"$": "array", "i": 0}, [entry], struct.pack("<d", value)))

    def test_texts_that_read_as_numbers_that_are_not_finite(self):
        for text in ("nan", " NaN", "-inf", "+Infinity", "1e999", "9" * 400):
            value = self.ask(reply([text]))[0]
            self.assertEqual((value, isinstance(value, str), json.dumps(value)), (text, True, json.dumps(text)))
            with self.assertRaisesRegex(ValueError, "could not convert"):
                float(value)
            self.assertEqual(Encoder(self.fail).encode(value), text)  # and may go back
            self.assertIs(type(Encoder(self.fail).encode(value)), str)
        for text in ("1.5", "nano", "infinite", "", "x", "1e5"):
            self.assertIs(type(self.ask(reply(text))), str)

    @unittest.skipUnless(__import__("importlib.util").util.find_spec("numpy"), "python3-numpy is not installed")
    def test_arrays_that_become_numbers_that_are_not_finite(self):
        import numpy

        def send(array: Any) -> Any:
            encoder = Encoder(self.fail)
            tree = encoder.encode(array)
            return self.ask(lambda channel, request: channel.send({"id": request["id"], "value": tree, "arrays": encoder.arrays}, encoder.buffers))

        texts = numpy.array(["1.5", "nan"])
        self.assertEqual(send(texts).tolist(), texts.tolist())
        with self.assertRaises(ValueError):
            numpy.asarray(send(texts), dtype=float)
        self.assertEqual(send(numpy.array(["1.5", "2"])).dtype, "<U3")
        if numpy.finfo(numpy.longdouble).max > numpy.finfo(float).max:
            with self.assertRaises(ProtocolError):
                send(numpy.array([numpy.longdouble("1e4000")]))
        self.assertEqual(send(numpy.array([numpy.longdouble("1.5")])).tolist(), [1.5])

    def test_deep_large_and_long_values(self):
        self.refused(header_only('{"id":2,"value":' + "[" * 100 + "]" * 100 + "}"))
        self.refused(header_only('{"id":2,"value":' + "[" * 100_000 + "]" * 100_000 + "}"))
        self.refused(header_only('{"id":2,"value":' + "9" * 5000 + "}"))
        self.refused(header_only('{"id":2,"value":[' + "0," * 2_100_000 + "0]}"))

    def test_frames_that_are_none(self):
        self.refused(raw(b"hello, judge! this is no frame"))
        self.refused(raw(wire.PREFIX.pack(wire.MAGIC, 1 << 31, 0)))
        self.refused(raw(wire.PREFIX.pack(wire.MAGIC, 2, 1 << 60) + b"{}"))
        for text in ("", "[]", "null", "{", '{"id":2}', '{"id":2,"value":1} x', '"x"', '{"id":true,"value":1}', "\xff"):
            self.refused(header_only(text))

    def test_claimed_sizes_allocate_nothing(self):
        def claim(channel: wire.Channel, request: Dict[str, Any]) -> None:
            channel._write(wire.PREFIX.pack(wire.MAGIC, 2, wire.MAX_BODY_BYTES) + b"{}")
            os.close(channel._write_fd)
            channel._write_fd = channel._read_fd

        self.refused(claim, CandidateGone)

    def test_answers_to_another_question(self):
        self.refused(lambda channel, request: channel.send({"id": request["id"] + 1, "value": 1}))

    def test_answers_before_the_question(self):
        def twice(channel: wire.Channel, request: Dict[str, Any]) -> None:
            for number in (request["id"], request["id"] + 1):
                channel.send({"id": number, "value": 1})

        connection = Peer(self, twice).connection
        self.assertEqual(connection.request("dir", 1), 1)
        while not connection.channel.has_input():
            pass
        for _ in range(2):  # a broken connection stays broken
            with self.assertRaisesRegex(ProtocolError, "before it was asked"):
                connection.request("dir", 1)

    def test_kinds_that_do_not_exist(self):
        for value in ({}, {"$": "pickle", "v": "x"}, {"$": None}, {"$": "tuple"}, {"$": "tuple", "v": "xy"}, {"$": "dict", "v": [[1]]},
                      {"$": "dict", "v": [[[], 1]]}, {"$": "float", "v": "0"}, {"$": "complex", "v": ["a", 1]}, {"$": "slice", "v": [1]},
                      {"$": "dtype", "v": "O"}, {"$": "dtype", "v": "f8,i4"}, {"$": "array", "i": 0}, {"$": "array", "i": -1},
                      {"$": "objects", "shape": [3], "v": [1]}, {"$": "bytes", "i": 9}):
            self.refused(reply(value))

    def test_arrays_that_lie(self):
        for lie in (array(shape=(2,)), array(shape=(-1,)), array(shape=(1 << 62, 1 << 62, 0)), array(shape=[1.0]), array(shape="x"),
                    array(size=80), array(size=-8), array(offset=64), array(offset=8), array(offset=-64), array(offset="0"), array(order="K"),
                    array(dtype="|O8"), array(dtype="O"), array(dtype="<f8,<i4"), array(dtype="(2,)f4"), array(dtype="|V8"), array(dtype="<x8"),
                    array(dtype="<f99"), array(dtype=8), array(shape=tuple([1] * 40)), array(index=1), array(index=True)):
            self.refused(lie)
        self.refused(lambda channel, request: channel.send({"id": 2, "value": 1, "arrays": {"x": 1}}))
        self.refused(reply({"$": "array", "i": 0}, ["x"]))

    def test_references_that_are_malformed(self):
        for extra in ({"id": "1", "kind": "object"}, {"id": 1}, {"id": -1, "kind": "object"}, {"id": 1, "kind": "type"}, {"kind": "class"}):
            self.refused(reply({"$": "ref", **extra}))

    def test_names_of_references_are_only_names(self):
        for name in ("x; import os", "", 7, None, "a" * 500, "__class__"):
            proxy = self.ask(reply({"$": "ref", "id": 5, "kind": "object", "name": name, "traits": ["call", "eq", "__eq__", 3, []]}))
            self.assertTrue(callable(proxy))
            self.assertFalse(proxy == 1)

    def test_traits_that_lie_give_plain_data_or_nothing(self):
        uses = {"float": float, "len": len, "bool": bool, "int": int, "iter": lambda x: next(iter(x)), "contains": lambda x: 1 in x}
        for trait, use in uses.items():
            peer = Peer(self, reply("not a number"))
            proxy = make_proxy(peer.connection, 5, {"$": "ref", "id": 5, "kind": "object", "name": "X", "traits": [trait]})
            with self.assertRaises((NotPlainError, TypeError)):
                use(proxy)

    def test_malformed_errors(self):
        for error in (1, {}, {"types": "x", "message": "", "traceback": ""}, {"types": [1], "message": "", "traceback": ""},
                      {"types": ["X"] * 1000, "message": "", "traceback": ""}, {"types": [], "message": 1, "traceback": ""}):
            self.refused(lambda channel, request, error=error: channel.send({"id": 2, "error": error}))

    def test_errors_are_cut_and_never_leave_the_judge(self):
        error = {"types": ["SystemExit", "BaseException"], "message": "x" * 100_000, "traceback": "y" * 100_000}
        with self.assertRaises(CandidateError) as caught:
            self.ask(lambda channel, request: channel.send({"id": 2, "error": error}))
        self.assertLess(len(str(caught.exception)) + len(caught.exception.remote_traceback), 50_000)
        self.assertNotIsInstance(caught.exception, SystemExit)

    def test_end_without_an_answer(self):
        self.refused(lambda channel, request: (os.close(channel._write_fd), setattr(channel, "_write_fd", channel._read_fd)), CandidateGone)


class Trees(unittest.TestCase):
    """Encoder and decoder without a process."""

    def test_random_trees_come_back(self):
        import random

        random.seed(3)

        def tree(depth: int) -> Any:
            leaf = [None, True, 3, -(2**65), 0.1, "ä", b"\x00", 2 + 1j, slice(1, 2), float("-inf")]
            make: List[Callable[[], Any]] = [lambda: random.choice(leaf)]
            if depth:
                make += [lambda: [tree(depth - 1) for _ in range(random.randrange(4))], lambda: tuple(tree(depth - 1) for _ in range(2)),
                         lambda: {random.choice(["$", "a", 1, (2, 3)]): tree(depth - 1) for _ in range(3)}]
            return random.choice(make)()

        for _ in range(300):
            value = tree(5)
            encoder = Encoder(self.fail)
            header = json.loads(json.dumps(encoder.encode(value)))
            body = b"".join(bytes(b) + bytes(wire.padded(len(bytes(b))) - len(bytes(b))) for b in encoder.buffers)
            back = Decoder(encoder.arrays, memoryview(body), self.fail, finite=False).decode(header)
            self.assertEqual(repr(back), repr(value))

    def test_too_deep_is_refused_when_sending(self):
        value: Any = 1
        for _ in range(100):
            value = [value]
        with self.assertRaises(NotPlainError):
            Encoder(self.fail).encode(value)
        cycle: List[Any] = []
        cycle.append(cycle)
        with self.assertRaises(NotPlainError):
            Encoder(self.fail).encode(cycle)


if __name__ == "__main__":
    unittest.main()
