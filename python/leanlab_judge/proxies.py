"""What stands in the judge for the candidate's objects. Nothing of the candidate's runs here: each use asks its process.

Identity is kept (the same object gives the same proxy), attributes and calls go over the pipe, conversions give plain data.
Operators do not: comparing or adding proxies is what a forged number would overload.
"""
from __future__ import annotations

import numbers
import types
from typing import Any, Iterator

from . import told
from .connection import Connection
from .errors import NotPlainError
from .same import same

# Dunder names that an attribute access may ask for; all others look absent, as library code expects of an ordinary object.
_READABLE = frozenset({"__doc__", "__name__", "__qualname__", "__module__", "__version__", "__author__", "__all__"})


_ask = told.ask


class Remote:
    """Base of all proxies."""

    __slots__ = ("_leanlab_connection", "_leanlab_id", "_leanlab_received", "_leanlab_given", "_leanlab_class", "_leanlab_told", "__weakref__")

    def __init__(self, connection: Connection, number: int) -> None:
        object.__setattr__(self, "_leanlab_connection", connection)
        object.__setattr__(self, "_leanlab_id", number)
        object.__setattr__(self, "_leanlab_given", {})
        object.__setattr__(self, "_leanlab_class", None)
        object.__setattr__(self, "_leanlab_told", (connection.changes, {}))

    def _leanlab_reference(self) -> int:
        return self._leanlab_id

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_leanlab_") or (name.startswith("__") and name.endswith("__") and name not in _READABLE):
            raise AttributeError(name)
        return _ask(self, "get", name=name)

    def __setattr__(self, name: str, value: Any) -> None:
        _ask(self, "set", name=name, value=value)

    def __eq__(self, other: Any) -> Any:
        if self is not other and issubclass(type(other), numbers.Number):
            self._leanlab_connection.note(
                f"an answer of the experiment's was an object ({type(self).__name__}), which equals no number: only plain values do"
            )
        return NotImplemented  # identity

    __hash__ = object.__hash__

    def __dir__(self) -> list[str]:
        return [name for name in _ask(self, "dir") if type(name) is str]

    def __repr__(self) -> str:
        return _text(_ask(self, "text", how="repr"))

    def __str__(self) -> str:
        return _text(_ask(self, "text", how="str"))

    def __copy__(self) -> Any:
        return _ask(self, "copy", deep=False)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        copied = _ask(self, "copy", deep=True)
        memo[id(self)] = copied
        return copied

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise NotPlainError(f"{type(self).__name__} lives in the candidate's process: it cannot be pickled (use n_jobs=1)")


class _Kind(type):
    """The type of what `__class__` of an object is: a real class, as isinstance() with an abstract one needs (collections.abc.Sequence), that is
    used like the candidate's: calling it makes an instance there (sklearn.base.clone does)."""

    _leanlab_remote: Any = None

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        remote = cls._leanlab_remote
        return type.__call__(cls, *args, **kwargs) if remote is None else remote(*args, **kwargs)

    def __getattr__(cls, name: str) -> Any:
        if cls._leanlab_remote is None or name.startswith("_"):
            raise AttributeError(name)
        return getattr(cls._leanlab_remote, name)

    def __instancecheck__(cls, instance: Any) -> bool:
        return type.__instancecheck__(cls, instance) if cls._leanlab_remote is None else isinstance(instance, cls._leanlab_remote)

    def __eq__(cls, other: Any) -> bool:
        mine, others = (getattr(one, "_leanlab_remote", None) if isinstance(one, _Kind) else one for one in (cls, other))
        return cls is other or (mine is not None and mine is others)

    def __hash__(cls) -> int:
        return type.__hash__(cls) if cls._leanlab_remote is None else hash(cls._leanlab_remote)


class RemoteObject(Remote, metaclass=_Kind):
    """An instance of one of the candidate's classes."""

    __slots__ = ()

    @property
    def __class__(self) -> Any:
        if self._leanlab_class is None:
            remote = _ask(self, "type")
            members = {"__slots__": (), "__module__": "candidate", "_leanlab_remote": remote}
            object.__setattr__(self, "_leanlab_class", _Kind(type(self).__name__, (type(self),), members))
        return self._leanlab_class

    def __getattr__(self, name: str) -> Any:
        value = Remote.__getattr__(self, name)
        wrapper = _METHODS.get(name)
        # Whatever can be called, not only what says to be a method: a partial or a class in its place would get the answers.
        return types.MethodType(wrapper(value), self) if wrapper and issubclass(type(value), Remote) else value


class RemoteFunction(Remote):
    """A function, a bound method, or anything else whose one use is to be called."""

    __slots__ = ()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return _ask(self, "call", args=list(args), kwargs=kwargs)


class RemoteClass(Remote):
    """A class of the candidate's: calling it makes an instance there."""

    __slots__ = ()

    @property
    def __class__(self) -> Any:
        return type

    def __getattr__(self, name: str) -> Any:
        value = Remote.__getattr__(self, name)
        if name == "score" and issubclass(type(value), Remote):
            return lambda instance, *args, **kwargs: instance.score(*args, **kwargs)
        return value

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        made = _ask(self, "call", args=list(args), kwargs=kwargs)
        if issubclass(type(made), Remote):
            made._leanlab_given.update(kwargs)
        return made

    def __instancecheck__(self, instance: Any) -> bool:
        return issubclass(type(instance), Remote) and _ask(self, "isinstance", value=instance) is True

    def __subclasscheck__(self, other: Any) -> bool:
        return issubclass(type(other), Remote) and _ask(self, "issubclass", value=other) is True


class RemoteModule(Remote):
    """A module that the candidate handed out; the experiment itself is a RemoteExperiment (hook.py)."""

    __slots__ = ()


def _text(value: Any) -> str:
    return value if type(value) is str else ""


# --- methods of estimators whose meaning depends on where they run ------------------------------------------------------


def _score(remote: Any) -> Any:
    """score(X, y): the candidate must neither see y nor compute the number, so the judge does, from predict(X)."""

    def score(self: RemoteObject, X: Any, y: Any = None, sample_weight: Any = None, **others: Any) -> Any:
        if y is None:
            return remote(X, **others)
        from sklearn.metrics import accuracy_score, r2_score

        measures = {"classifier": accuracy_score, "regressor": r2_score}
        kind = getattr(self, "_estimator_type", None)
        if type(kind) is not str or kind not in measures or others:
            raise NotPlainError("score(X, y) would show the answers to the candidate: compute the score in the evaluator from predict(X)")
        return measures[kind](y, self.predict(X), sample_weight=sample_weight)

    return score


def _get_params(remote: RemoteFunction) -> Any:
    """get_params(): values that the judge gave come back as the very objects that it gave, as sklearn's clone() checks."""

    def get_params(self: RemoteObject, deep: bool = True) -> Any:
        params = remote(deep=deep)
        if type(params) is dict:
            for name, given in self._leanlab_given.items():
                if name in params and same(params[name], given):
                    params[name] = given
        return params

    return get_params


def _set_params(remote: RemoteFunction) -> Any:
    def set_params(self: RemoteObject, **params: Any) -> Any:
        result = remote(**params)
        self._leanlab_given.update(params)
        return result

    return set_params


_METHODS = {"score": _score, "get_params": _get_params, "set_params": _set_params}


# --- what an object of the candidate's can do besides, as its process says ----------------------------------------------


def _plain(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise NotPlainError(f"the candidate gave no {kind.__name__}")
    return value


def _length(self: Any) -> int:
    return _plain(_ask(self, "convert", to="len"), int)


def _iterate(self: Any) -> Iterator[Any]:
    has_length = hasattr(type(self), "__len__")
    return told.iterate(self, lambda value: issubclass(type(value), Remote), lambda: _length(self) if has_length else None)


def _iterate_by_index(self: Any) -> Iterator[Any]:
    """Of what has a length and items: Python would stop at the first IndexError, be it earlier or later."""
    for index in range(_length(self)):
        try:
            item = _ask(self, "item", key=index)
        except IndexError:
            raise NotPlainError(f"the candidate gave an object of {_length(self)} items that gives {index}") from None
        yield item


def _next(self: Any) -> Any:
    step = self._leanlab_connection.request("next", self._leanlab_id)
    if type(step) is not list or len(step) > 1:
        raise NotPlainError("the candidate gave no iterator")
    if not step:
        raise StopIteration
    return step[0]


def _as_array(self: Any, dtype: Any = None, copy: Any = None) -> Any:
    import numpy

    array = _ask(self, "convert", to="array")
    if not isinstance(array, numpy.ndarray):
        raise NotPlainError("the candidate gave no array")
    return array if dtype is None else array.astype(dtype)


_TRAITS: dict[str, dict[str, Any]] = {
    "call": {"__call__": RemoteFunction.__call__},
    "len": {"__len__": _length},
    "bool": {"__bool__": lambda self: _plain(_ask(self, "convert", to="bool"), bool)},
    "iter": {"__iter__": _iterate},
    "item": {"__getitem__": lambda self, key: _ask(self, "item", key=key)},
    "contains": {"__contains__": lambda self, key: _plain(_ask(self, "contains", key=key), bool)},
    "float": {"__float__": lambda self: _plain(_ask(self, "convert", to="float"), float)},
    "int": {"__int__": lambda self: _plain(_ask(self, "convert", to="int"), int)},
    "array": {"__array__": _as_array},
    "next": {"__next__": _next},
    "enter": {
        "__enter__": lambda self: _ask(self, "get", name="__enter__")(),
        # What was raised stays here: it may be the judge's own, and an object that swallows it would hide it.
        "__exit__": lambda self, kind, error, traceback: (_ask(self, "get", name="__exit__")(None, None, None), None)[1],
    },
    "setitem": {"__setitem__": lambda self, key, value: _ask(self, "get", name="__setitem__")(key, value)},
}
_DOC = property(lambda self: _ask(self, "get", name="__doc__"))
_BASES = {"object": RemoteObject, "function": RemoteFunction, "class": RemoteClass, "module": RemoteModule}
_classes: dict[tuple[str, str, tuple[str, ...]], type] = {}


def make_proxy(connection: Connection, number: int, tree: dict[str, Any]) -> Any:
    """The proxy for a reference: of its kind, named like its class, with the dunder methods that it says to have."""
    kind = tree["kind"]
    told = tree.get("traits", [])
    traits = tuple(trait for trait in _TRAITS if type(told) is list and trait in told) if kind == "object" else ()
    name = tree.get("name")
    name = name if type(name) is str and name.isidentifier() and len(name) < 100 else "Remote"
    key = (kind, name, traits)
    if key not in _classes:
        members: dict[str, Any] = {"__slots__": (), "__module__": "candidate", "__doc__": _DOC}
        for trait in traits:
            members.update(_TRAITS[trait])
        if {"len", "item"} <= set(traits) and "iter" not in traits:
            members["__iter__"] = _iterate_by_index
        _classes[key] = type(name, (_BASES[kind],), members)
    return _classes[key](connection, number)
