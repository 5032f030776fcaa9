#!/usr/bin/python3
"""Prints VALID, or INVALID: why. Looks at the file's form only: nothing in it is run, and there is no score."""
import argparse
import ast
from pathlib import Path
from typing import Optional

MAX_BYTES = 256 * 1024


def problem(path: Path) -> Optional[str]:
    """Why the experiment cannot be judged; None when it can."""
    if not path.is_file():
        return f"{path}: no such file"
    if path.stat().st_size > MAX_BYTES:
        return f"{path}: is larger than 256 KiB"
    try:
        tree = ast.parse(path.read_bytes(), filename=str(path))
    except (SyntaxError, ValueError) as error:
        return f"{path}: is not Python: {error}"
    if not ast.get_docstring(tree):
        return f"{path}: has no docstring; its first line says what is new"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == "build_estimator":
            required = len(node.args.posonlyargs) + len(node.args.args) - len(node.args.defaults)
            return f"{path}: build_estimator() must take no arguments" if required else None
    return f"{path}: does not define build_estimator()"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--experiment", type=Path, required=True)
    why = problem(parser.parse_args().experiment)
    print("VALID" if why is None else "INVALID: " + " ".join(why.split()))
    raise SystemExit(0 if why is None else 1)


if __name__ == "__main__":
    main()
