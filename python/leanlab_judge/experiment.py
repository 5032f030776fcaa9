"""The experiment as the judge sees it: a module whose every attribute lives in the candidate's process."""
from __future__ import annotations

import types
from typing import Any, Optional

from .connection import Connection
from .errors import CandidateError
from .proxies import RemoteModule


class RemoteExperiment(types.ModuleType):
    """Looks like the module that importing the experiment would have given."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return getattr(self.__dict__["__leanlab_remote__"], name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("__"):
            types.ModuleType.__setattr__(self, name, value)
        else:
            setattr(self.__dict__["__leanlab_remote__"], name, value)

    def __dir__(self) -> list[str]:
        return dir(self.__dict__["__leanlab_remote__"])


def become_remote(module: types.ModuleType, connection: Connection) -> types.ModuleType:
    """Runs the experiment in the candidate's process and makes `module` its proxy. Errors: what the experiment raised."""
    remote = connection.request("load")
    if not issubclass(type(remote), RemoteModule):
        raise CandidateError("the experiment gave no module")
    module.__dict__["__leanlab_remote__"] = remote
    doc: Optional[str] = remote.__doc__
    module.__dict__["__doc__"] = doc if type(doc) is str else None
    module.__class__ = RemoteExperiment
    return module
