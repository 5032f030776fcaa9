"""Python imports this at its start, because the engine puts its folder on PYTHONPATH of a judge: it installs the hook.

Then the machine's own sitecustomize runs, if there is one: ours only stands before it.
"""
import importlib.machinery
import importlib.util
import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))


def _run_hook() -> None:
    if os.environ.get("LEANLAB_CONTRACT") != "proxied":
        return
    if sys.version_info < (3, 8):
        print("leanlab_judge: proxied judging needs Python 3.8 or newer; this is %d.%d" % sys.version_info[:2], file=sys.stderr, flush=True)
        os._exit(3)
    try:
        sys.path.insert(0, os.path.dirname(os.path.dirname(_HERE)))
        from leanlab_judge import hook

        del sys.path[0]
        hook.install()
    except BaseException as error:  # an error in sitecustomize would only be printed, and the evaluator would run without us
        print(f"leanlab_judge: cannot install the hook: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
        os._exit(3)


def _run_next() -> None:
    others = [folder for folder in sys.path if os.path.abspath(folder or ".") != _HERE]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


_run_hook()
_run_next()
