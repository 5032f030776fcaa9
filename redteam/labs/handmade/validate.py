#!/usr/bin/python3
"""Structural check, without running the experiment."""
import ast
import sys

with open(sys.argv[sys.argv.index("--experiment") + 1], encoding="utf-8") as file:
    text = file.read()
try:
    names = [node.name for node in ast.parse(text).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
except (SyntaxError, ValueError) as error:
    print(f"INVALID: {error}")
else:
    print("VALID" if "build_estimator" in names else "INVALID: it does not define build_estimator()")
