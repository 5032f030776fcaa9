"""leanlab_judge: a judge that never runs the candidate in its own process.

    from leanlab_judge import candidate, report

    experiment = candidate()
    model = experiment.build_estimator().fit(x_train, y_train)
    report(rmse=rmse(y_test, model.predict(x_test)))
"""
from __future__ import annotations

from typing import Any

_FROM = {
    "candidate": "contract", "report": "contract", "CandidateError": "errors", "CandidateGone": "errors", "JudgeError": "errors",
    "NotPlainError": "errors", "ProtocolError": "errors",
}
__all__ = list(_FROM)


def __getattr__(name: str) -> Any:
    # At first use only: the candidate's worker shares this package and needs little of it.
    if name not in _FROM:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f".{_FROM[name]}", __name__), name)
