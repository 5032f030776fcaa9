#!/usr/bin/python3
"""Files up to 400 lines, functions up to 60: what does not fit is more than one thing."""
import ast
import sys
from pathlib import Path

import sources

FILE_LINES = 400
FUNCTION_LINES = 60
SUFFIXES = sources.CPP_SUFFIXES | {".py", ".cmake", ".sh", ".ts", ".tsx", ".sql"}
TRANSPARENT = {"namespace", "class", "struct", "union", "enum", "extern"}


def cpp_functions(text: str):
    """Yields (line, lines) for each function body at namespace or class scope; approximate, on tokens."""
    statement = []  # tokens since the last ; { or } at this scope
    stack = []  # what each open brace at this scope is: "scope", or "other"
    items = list(sources.tokens(text))
    i = 0
    while i < len(items):
        token = items[i]
        if token.text == "{":
            words = {item.text for item in statement if item.kind == "word"}
            texts = [item.text for item in statement]
            if words & TRANSPARENT and "(" not in texts:
                stack.append("scope")
                statement = []
            else:
                end = _closing_brace(items, i)
                if "(" in texts and "=" not in _outside_parentheses(texts):
                    yield statement[0].line, items[end].line - statement[0].line + 1
                    statement = []
                i = end
        elif token.text == "}":
            if stack:
                stack.pop()
            statement = []
        elif token.text == ";":
            statement = []
        elif token.text == "#":  # a directive ends with its line
            while i + 1 < len(items) and items[i + 1].line == token.line:
                i += 1
        else:
            statement.append(token)
        i += 1


def _closing_brace(items: list, opening: int) -> int:
    depth = 0
    for i in range(opening, len(items)):
        if items[i].text == "{":
            depth += 1
        elif items[i].text == "}":
            depth -= 1
            if depth == 0:
                return i
    return len(items) - 1


def _outside_parentheses(texts: list) -> list:
    kept, depth = [], 0
    for text in texts:
        depth += text == "("
        if depth == 0:
            kept.append(text)
        depth -= text == ")"
    return kept


def python_functions(text: str):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno - node.lineno + 1


def check_text(name: str, text: str) -> list:
    found = []
    lines = text.count("\n")
    if lines > FILE_LINES:
        found.append(f"{name}:1: {lines} lines; at most {FILE_LINES}")
    suffix = Path(name).suffix
    functions = cpp_functions(text) if suffix in sources.CPP_SUFFIXES else []
    if suffix == ".py":
        functions = python_functions(text)
    found += [
        f"{name}:{line}: a function of {length} lines; at most {FUNCTION_LINES}"
        for line, length in functions
        if length > FUNCTION_LINES
    ]
    return found


def check(root: Path) -> list:
    found = []
    for path in sources.tree_files(root):
        if path.suffix in SUFFIXES:
            found += check_text(path.as_posix(), sources.read(path, root))
    return found


if __name__ == "__main__":
    sys.exit(sources.report(check(sources.ROOT)))
