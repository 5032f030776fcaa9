"""Plain values and numpy arrays as a JSON tree with buffers, and back. Never pickle; what is not plain becomes a reference.

Both ends use this. What keeps the judge safe is `Decoder`: it builds nothing but exact built-in types, plain numpy arrays and the
proxies that its owner makes for references.
"""
from __future__ import annotations

import collections
import math
import sys
import warnings
from typing import Any, Callable, Optional

from .errors import NotPlainError, ProtocolError
from .wire import Buffer, padded

MAX_DEPTH = 32
MAX_NODES = 2_000_000
MAX_ARRAYS = 1024
MAX_DIMENSIONS = 32
MAX_STRING_ITEM = 4096  # bytes of one entry of a text array
_KINDS = "biufcUSMm"
_MAPPINGS = (dict, collections.OrderedDict, collections.defaultdict)  # what an evaluator that asks for a dict is content with
_FIRST = "+-.nNiI"  # how texts begin that float() reads, besides digits


def numpy_module() -> Any:
    """numpy if it can be imported, else None."""
    try:
        import numpy
    except ImportError:
        return None
    return numpy


class Encoder:
    """Collects one message. `reference` turns an object that is not plain into a JSON object, or raises NotPlainError; `odd` is shown
    what crosses as a plain array and is more than that."""

    def __init__(self, reference: Callable[[Any], dict[str, Any]], odd: Callable[[Any], None] = lambda value: None) -> None:
        self._reference, self._odd = reference, odd
        self.arrays: list[dict[str, Any]] = []
        self.buffers: list[Buffer] = []
        self._offset = 0

    def encode(self, value: Any, depth: int = 0) -> Any:
        if value is None or type(value) in (bool, int, str):
            return value
        value = unguarded(value)
        if type(value) is str:
            return value
        if depth > MAX_DEPTH:
            raise NotPlainError(f"a value nested deeper than {MAX_DEPTH}")
        kind = type(value)
        if kind is float:
            return value if math.isfinite(value) else {"$": "float", "v": repr(value)}
        if kind is list:
            return [self.encode(item, depth + 1) for item in value]
        if kind is tuple:
            return {"$": "tuple", "v": [self.encode(item, depth + 1) for item in value]}
        if kind in _MAPPINGS:
            return {"$": "dict", "v": [[self.encode(key, depth + 1), self.encode(item, depth + 1)] for key, item in value.items()]}
        if kind in (bytes, bytearray):
            return {"$": "bytes", "i": self._add("|u1", [len(value)], "C", bytes(value))}
        if kind is complex:
            return {"$": "complex", "v": [self.encode(value.real), self.encode(value.imag)]}
        if kind is slice:
            return {"$": "slice", "v": [self.encode(part, depth + 1) for part in (value.start, value.stop, value.step)]}
        # Not imported here: a value of numpy's means that numpy is there already. Types are asked, never values: isinstance()
        # would ask a proxy for its class.
        numpy = sys.modules.get("numpy")
        if numpy is not None:
            if issubclass(kind, (numpy.ndarray, numpy.generic)):
                return self._numpy(numpy, value, depth)
            if issubclass(kind, numpy.dtype):
                return {"$": "dtype", "v": value.str}
        return self._reference(value)

    def _numpy(self, numpy: Any, value: Any, depth: int) -> Any:
        scalar = isinstance(value, numpy.generic)
        if type(value) is not numpy.ndarray:
            self._odd(value)
        array = numpy.asarray(value)  # a matrix, a memory map, ... crosses as the plain array that it is
        if array.dtype.kind == "O":
            items = [self.encode(item, depth + 1) for item in array.ravel().tolist()]
            return {"$": "objects", "shape": list(array.shape), "v": items}
        if array.dtype.kind not in _KINDS or array.dtype.names:
            raise NotPlainError(f"an array of dtype {array.dtype} cannot cross")
        order = "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
        flat = (array.T if order == "F" else numpy.ascontiguousarray(array)).reshape(-1).view(numpy.uint8)
        index = self._add(array.dtype.str, list(array.shape), order, flat.data)
        return {"$": "scalar" if scalar else "array", "i": index}

    def _add(self, dtype: str, shape: list[int], order: str, data: Buffer) -> int:
        if len(self.arrays) >= MAX_ARRAYS:
            raise NotPlainError(f"more than {MAX_ARRAYS} arrays in one message")
        size = memoryview(data).nbytes
        self.arrays.append({"dtype": dtype, "shape": shape, "order": order, "offset": self._offset, "bytes": size})
        self.buffers.append(data)
        self._offset += padded(size)
        return len(self.arrays) - 1


class Decoder:
    """Reads one message. `reference` makes what a reference stands for; `finite` refuses NaN and infinities anywhere; `heard` is
    given each text with a quotation mark in it, `note` what people should see; a dict with a key `objective` is worth that."""

    def __init__(
        self, arrays: Any, body: memoryview, reference: Callable[[dict[str, Any]], Any], finite: bool,
        heard: Optional[Callable[[str], None]] = None, note: Callable[[str], None] = lambda text: None, objective: str = "",
    ) -> None:
        if type(arrays) is not list or len(arrays) > MAX_ARRAYS:
            raise ProtocolError("a malformed list of arrays")
        self._arrays, self._body, self._reference, self._finite = arrays, body, reference, finite
        self._heard, self._note, self._objective = heard, note, objective
        self._nodes = 0

    def decode(self, tree: Any, depth: int = 0) -> Any:
        self._nodes += 1
        if depth > 2 * MAX_DEPTH or self._nodes > MAX_NODES:
            raise ProtocolError("a value that is nested too deep or has too many parts")
        kind = type(tree)
        if tree is None or kind in (bool, int):
            return tree
        if kind is str:
            if self._heard is not None and '"' in tree:
                self._heard(tree)
            return _guarded(tree, self._note) if self._finite else tree
        if kind is float:
            return self._float(tree)
        if kind is list:
            return [self.decode(item, depth + 1) for item in tree]
        if kind is not dict or type(tree.get("$")) is not str:
            raise ProtocolError("a value without a kind")
        reader = _READERS.get(tree["$"])
        if reader is None:
            raise ProtocolError("a value of an unknown kind")
        return reader(self, tree, depth)

    def _float(self, value: float) -> float:
        if self._finite and not math.isfinite(value):
            raise ProtocolError("the candidate gave a number that is not finite")
        return value

    def _special_float(self, tree: dict[str, Any], depth: int) -> float:
        if tree.get("v") not in ("nan", "inf", "-inf"):
            raise ProtocolError("a malformed number")
        return self._float(float(tree["v"]))

    def _items(self, tree: dict[str, Any], depth: int, length: Optional[int] = None) -> list[Any]:
        items = tree.get("v")
        if type(items) is not list or (length is not None and len(items) != length):
            raise ProtocolError("a malformed collection")
        return [self.decode(item, depth + 1) for item in items]

    def _tuple(self, tree: dict[str, Any], depth: int) -> tuple[Any, ...]:
        return tuple(self._items(tree, depth))

    def _dict(self, tree: dict[str, Any], depth: int) -> dict[Any, Any]:
        pairs = self._items(tree, depth)
        if not all(type(pair) is list and len(pair) == 2 for pair in pairs):
            raise ProtocolError("a malformed dict")
        try:
            value = dict(pairs)
        except TypeError:
            raise ProtocolError("a dict with a key that cannot be one") from None
        if self._objective and self._objective in value:  # should the evaluator put it into its result, it would be the score
            self._note(f"the experiment gave its evaluator a value named {ascii(self._objective)}, like the score")
        return value

    def _complex(self, tree: dict[str, Any], depth: int) -> complex:
        parts = self._items(tree, depth, 2)
        if not all(type(part) in (int, float) for part in parts):
            raise ProtocolError("a malformed complex number")
        self._keep_imaginary_parts()
        return complex(*parts)

    def _keep_imaginary_parts(self) -> None:
        """From now on an error of the judge's: numpy drops an imaginary part with a warning, and squares with one may be negative."""
        numpy = sys.modules.get("numpy")
        if self._finite and numpy is not None:
            category = getattr(numpy, "exceptions", numpy).ComplexWarning
            warnings.filterwarnings("error", category=category)

    def _slice(self, tree: dict[str, Any], depth: int) -> slice:
        return slice(*self._items(tree, depth, 3))

    def _bytes(self, tree: dict[str, Any], depth: int) -> bytes:
        _, shape, _, data = self._buffer(tree)
        if len(shape) != 1:
            raise ProtocolError("malformed bytes")
        plain = bytes(data)
        if self._heard is not None and b'"' in plain:
            self._heard(plain.decode("utf-8", "replace"))
        return _guarded(plain, self._note) if self._finite else plain

    def _buffer(self, tree: dict[str, Any]) -> tuple[str, list[int], str, memoryview]:
        index = tree.get("i")
        if type(index) is not int or not 0 <= index < len(self._arrays):
            raise ProtocolError("an array that is not there")
        entry = self._arrays[index]
        if type(entry) is not dict:
            raise ProtocolError("a malformed array")
        dtype, shape, order, offset, size = (entry.get(name) for name in ("dtype", "shape", "order", "offset", "bytes"))
        if type(dtype) is not str or order not in ("C", "F") or type(offset) is not int or type(size) is not int:
            raise ProtocolError("a malformed array")
        if offset < 0 or offset % 64 or size < 0 or offset + size > self._body.nbytes:
            raise ProtocolError("an array outside its message")
        return dtype, _shape(shape), order, self._body[offset : offset + size]

    def _array(self, tree: dict[str, Any], depth: int) -> Any:
        numpy = numpy_module()
        if numpy is None:
            raise ProtocolError("an array came, but numpy is not installed here")
        text, shape, order, data = self._buffer(tree)
        dtype = _dtype(numpy, text)
        if math.prod(shape) * dtype.itemsize != data.nbytes:
            raise ProtocolError("an array whose shape and size differ")
        array = numpy.frombuffer(data, numpy.uint8).view(dtype).reshape(shape, order=order)
        if self._finite and dtype.kind in "fc" and not _all_finite(numpy, array):
            raise ProtocolError("the candidate gave an array with numbers that are not finite")
        if dtype.kind == "c":
            self._keep_imaginary_parts()
        if self._finite and dtype.kind in "Mm" and numpy.isnat(array).any():
            raise ProtocolError("the candidate gave an array with dates that are none")
        return self._texts(numpy, array) if dtype.kind in "US" and self._finite else array

    def _texts(self, numpy: Any, array: Any) -> Any:
        items = array.ravel().tolist()
        for item in items if self._heard is not None else ():
            if item.count('"' if type(item) is str else b'"') > 0:
                self._heard(item if type(item) is str else item.decode("utf-8", "replace"))
        guarded = [_guarded(item, self._note) for item in items]
        if all(type(item) in (str, bytes) for item in guarded):
            return array
        objects = numpy.empty(len(items), dtype=object)  # numpy would read its own texts as numbers without asking them
        objects[:] = guarded
        return objects.reshape(array.shape)

    def _scalar(self, tree: dict[str, Any], depth: int) -> Any:
        array = self._array(tree, depth)
        if array.shape != ():
            raise ProtocolError("a malformed number")
        return array[()]

    def _objects(self, tree: dict[str, Any], depth: int) -> Any:
        numpy = numpy_module()
        if numpy is None:
            raise ProtocolError("an array came, but numpy is not installed here")
        shape, items = _shape(tree.get("shape")), self._items(tree, depth)
        if math.prod(shape) != len(items):
            raise ProtocolError("an array whose shape and size differ")
        array = numpy.empty(len(items), dtype=object)
        for index, item in enumerate(items):
            array[index] = item
        return array.reshape(shape)

    def _dtype(self, tree: dict[str, Any], depth: int) -> Any:
        numpy = numpy_module()
        if numpy is None or type(tree.get("v")) is not str:
            raise ProtocolError("a malformed dtype")
        return _dtype(numpy, tree["v"])

    def _ref(self, tree: dict[str, Any], depth: int) -> Any:
        return self._reference(tree)


class _NotANumber(str):
    """A text that float() would read as NaN or infinity. An evaluator that takes it for a number gets the error that other texts give."""

    note: Callable[[str], None]

    def __float__(self) -> float:
        return _refuse_number(self)


class _NotANumberBytes(bytes):
    note: Callable[[str], None]

    def __float__(self) -> float:
        return _refuse_number(self)


def _refuse_number(text: Any) -> float:
    shown = ascii(text[:40])
    text.note(f"the experiment gave the text {shown} in place of a number, and it is none")
    raise ValueError(f"could not convert string to float: {shown}")


def _guarded(text: Any, note: Callable[[str], None]) -> Any:
    """`text`, a str or bytes; of the classes above when it reads as a number that is not finite."""
    start = text.strip()[:1]
    if not start or not (start.isdigit() or start in (_FIRST if type(text) is str else _FIRST.encode())):
        return text
    try:
        if math.isfinite(float(text)):
            return text
    except ValueError:
        return text
    guarded = _NotANumber(text) if type(text) is str else _NotANumberBytes(text)
    guarded.note = note  # type: ignore[method-assign]
    return guarded


def unguarded(value: Any) -> Any:
    """The plain text behind one of the two classes above; any other value as it is."""
    return value[:] if type(value) in (_NotANumber, _NotANumberBytes) else value


def _all_finite(numpy: Any, array: Any) -> bool:
    """Also as the doubles that an evaluator will make of it."""
    if array.dtype.itemsize > (16 if array.dtype.kind == "c" else 8):
        with numpy.errstate(all="ignore"):
            array = array.astype(complex if array.dtype.kind == "c" else float)
    return bool(numpy.isfinite(array).all())


_READERS: dict[str, Callable[[Decoder, dict[str, Any], int], Any]] = {
    "float": Decoder._special_float, "tuple": Decoder._tuple, "dict": Decoder._dict, "complex": Decoder._complex,
    "slice": Decoder._slice, "bytes": Decoder._bytes, "array": Decoder._array, "scalar": Decoder._scalar,
    "objects": Decoder._objects, "dtype": Decoder._dtype, "ref": Decoder._ref,
}


def _shape(shape: Any) -> list[int]:
    if type(shape) is not list or len(shape) > MAX_DIMENSIONS or not all(type(n) is int and 0 <= n < 1 << 48 for n in shape):
        raise ProtocolError("a malformed shape")
    return shape


def _dtype(numpy: Any, text: str) -> Any:
    """A dtype of plain numbers, dates or texts. The text is looked at first: numpy's own parser knows far more."""
    if len(text) > 16 or text[:1] not in ("<", ">", "|", "=") or text[1:2] not in tuple(_KINDS):
        raise ProtocolError("an array of a forbidden dtype")
    try:
        dtype = numpy.dtype(text)
    except TypeError:
        raise ProtocolError("an array of an unknown dtype") from None
    if dtype.kind not in _KINDS or dtype.hasobject or dtype.subdtype or dtype.names or dtype.itemsize > MAX_STRING_ITEM:
        raise ProtocolError("an array of a forbidden dtype")
    return dtype
