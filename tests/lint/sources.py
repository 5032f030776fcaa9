"""What every lint needs: the tree's files, and C++ text cut into tokens.

A lint is a script that prints one line per finding, "file:line: what is wrong", and exits 1 when there is any.
"""
import re
import subprocess
import sys
from pathlib import Path
from typing import Iterator, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
CPP_SUFFIXES = {".cc", ".h"}


class Token(NamedTuple):
    kind: str  # word, number, string, punctuation
    text: str
    line: int


_TOKEN = re.compile(
    r"""
    (?P<comment>//(?:\\\n|[^\n])*|/\*.*?\*/)
  | (?P<raw>(?:u8|[uUL])?R"(?P<fence>[^()\\\s]{0,16})\(.*?\)(?P=fence)")
  | (?P<string>(?:u8|[uUL])?"(?:\\.|[^"\\\n])*")
  | (?P<char>(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+')
  | (?P<number>\.?[0-9](?:'?[0-9A-Za-z_.]|[eEpP][+-])*)
  | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<space>\s+|\\\n)
  | (?P<punctuation>::|->|&&|\|\||<<|[^\sA-Za-z0-9_])
    """,
    re.X | re.S,
)


def tokens(text: str) -> Iterator[Token]:
    """C++ source as tokens, without comments and blanks. A string token keeps its quotes."""
    line = 1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup if match.lastgroup != "fence" else "raw"
        if kind in ("raw", "string", "char"):
            yield Token("string", match.group(), line)
        elif kind in ("word", "number", "punctuation"):
            yield Token(kind, match.group(), line)
        line += match.group().count("\n")


def tree_files(root: Path = ROOT) -> list:
    """The repository's files as paths relative to `root`: those git knows and new ones that it does not ignore."""
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={root}", "-C", str(root), "ls-files", "-z", "-co", "--exclude-standard"],
        capture_output=True,
    )
    if listed.returncode == 0:
        names = [name for name in listed.stdout.decode().split("\0") if name]
        return sorted(path for path in map(Path, names) if (root / path).is_file())
    skipped = {".git", "build", "node_modules", "__pycache__", ".leanlab"}  # a source archive, with no git
    found = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return sorted(path for path in found if not skipped & set(path.parts))


def cpp_files(root: Path = ROOT, *folders: str) -> list:
    """The C++ files under the named folders, or all."""
    return [p for p in tree_files(root) if p.suffix in CPP_SUFFIXES and (not folders or p.parts[0] in folders)]


def read(path: Path, root: Path = ROOT) -> str:
    return (root / path).read_text(encoding="utf-8", errors="replace")


def report(findings: list) -> int:
    """Prints the findings; the script's exit status."""
    for finding in findings:
        print(finding)
    print(f"{len(findings)} finding(s)", file=sys.stderr)
    return 1 if findings else 0
