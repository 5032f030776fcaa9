"""The contract `proxied`: an evaluator that was written for 0.2.1 imports the experiment, and gets a remote proxy.

install() is called by auto/sitecustomize.py before the evaluator's first line. All usual ways to import a file end in
SourceFileLoader.exec_module; runpy.run_path is covered besides. Any other way meets the stub that the sandbox shows in place of
the experiment (STUB), and fails loudly; so does reading it as text, which would judge the stub's.
"""
from __future__ import annotations

import importlib.machinery
import os
import runpy
import sys
import types
from typing import Any

from . import session
from .experiment import become_remote

STUB = '''\
"""leanlab runs this experiment in another process; the evaluator sees this file in its place."""
raise ImportError("leanlab: the evaluator read the experiment's file in a way that cannot be proxied (docs/judging.md)")
'''


def _refuse_shadow(name: str, folder: str) -> None:
    """An experiment named like another module would be given to whoever imports that one, the evaluator and its libraries too."""
    others = [entry for entry in sys.path if os.path.realpath(entry or ".") != folder]
    if name in sys.builtin_module_names or (name.isidentifier() and importlib.machinery.PathFinder.find_spec(name, others) is not None):
        raise ImportError(f"leanlab: the experiment's file has the name of the module {name}, which the evaluator may mean: name it otherwise")


def install() -> None:
    """Greets the engine and hooks the import system. Errors: JudgeError, and then the process must not go on."""
    current = session.current()
    target = os.path.realpath(current.experiment)
    loader = importlib.machinery.SourceFileLoader
    folder, stem = os.path.dirname(target), os.path.splitext(os.path.basename(target))[0]
    original_exec, original_run = loader.exec_module, runpy.run_path

    def exec_module(self: Any, module: types.ModuleType) -> None:
        if os.path.realpath(self.path) == target:
            if module.__name__ == stem:  # found by its name, perhaps by somebody who meant another
                _refuse_shadow(stem, folder)
            become_remote(module, current.connection())
        else:
            original_exec(self, module)

    def run_path(path_name: Any, init_globals: Any = None, run_name: Any = None) -> dict[str, Any]:
        if os.path.realpath(os.fsdecode(path_name)) != target:
            return original_run(path_name, init_globals, run_name)
        if init_globals:
            raise ImportError("leanlab: runpy.run_path with init_globals cannot be proxied")
        module = become_remote(types.ModuleType("experiment"), current.connection())
        return {name: getattr(module, name) for name in dir(module) if not name.startswith("__")}

    def refuse_reading(event: str, arguments: Any) -> None:
        if event != "open" or type(arguments[0]) not in (str, bytes):
            return
        path = os.fsdecode(arguments[0])
        if os.path.basename(path) == os.path.basename(target) and os.path.realpath(path) == target:
            raise PermissionError(
                "leanlab: the evaluator reads the experiment's file in a way that cannot be proxied: only a stub of it is here"
                " (docs/judging.md)"
            )

    sys.addaudithook(refuse_reading)
    loader.exec_module = exec_module  # type: ignore[method-assign]
    runpy.run_path = run_path
