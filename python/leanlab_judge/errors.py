"""What can go wrong between judge and candidate, as exceptions."""
from __future__ import annotations


class JudgeError(Exception):
    """Base of all that this package raises."""


class ProtocolError(JudgeError):
    """The other side sent something that the protocol does not allow: too large, too deep, malformed, not asked for."""


class NotPlainError(JudgeError, TypeError):
    """A value that cannot cross: only plain data and numpy arrays do."""


class CandidateGone(JudgeError):
    """The candidate's process ended, or closed its pipe."""


class CandidateError(JudgeError):
    """The candidate raised. `remote_type` is its exception's class name, `remote_traceback` the text; both are its own words."""

    remote_type = "Exception"
    remote_traceback = ""


class RemoteTraceback(Exception):
    """The cause of a CandidateError, so that Python prints the candidate's traceback above the judge's."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return "\n" + self.text


# An evaluator's `except ValueError` must go on working, so these get a class that is both.
_BUILTIN = {
    cls.__name__: cls
    for cls in (
        ArithmeticError, AssertionError, AttributeError, EOFError, ImportError, IndexError, KeyError, LookupError, MemoryError,
        ModuleNotFoundError, NameError, NotImplementedError, OverflowError, RecursionError, RuntimeError, SyntaxError, TypeError,
        UnicodeError, ValueError, ZeroDivisionError,
    )
}
_classes: dict[str, type[CandidateError]] = {}


def candidate_error(names: list[str], message: str, traceback: str) -> CandidateError:
    """The exception for the judge. `names`: the candidate's exception class and its bases, nearest first."""
    builtin = next((name for name in names if name in _BUILTIN), None)
    if builtin is None:
        cls = CandidateError
    else:
        cls = _classes.setdefault(builtin, type(f"Candidate{builtin}", (CandidateError, _BUILTIN[builtin]), {}))
    error = cls(message)
    error.remote_type = names[0] if names and names[0].isidentifier() else "Exception"
    error.remote_traceback = traceback
    error.__cause__ = RemoteTraceback(traceback)
    return error
