#!/usr/bin/python3
"""Arrows between libraries point downwards only: what an include needs must stand in the library's DEPS.

    layering.py LAYERS.txt       as cmake writes it, one library a line: "NAME FOLDER: DEPS..."
"""
import sys
from pathlib import Path
from typing import NamedTuple, Optional

import sources

# Third-party headers and the folders that may include them.
OWNERS = {
    "boost/": ("src/serve/",),
    "sqlite3.h": ("src/store/",),
    "curl/": ("src/agent/http/",),
    "seccomp.h": ("src/sandbox/",),
    "linux/seccomp.h": ("src/sandbox/",),
    "linux/landlock.h": ("src/sandbox/",),
    "CLI/": ("src/cli/",),
    "openssl/": ("src/base/",),
}
# Programs that are no library, and what they may include.
PROGRAMS = {"sandbox/helper": {"base", "sandbox"}}


class Layers(NamedTuple):
    folders: dict  # library -> its folder under src/
    deps: dict  # library -> set of libraries


def parse_layers(text: str) -> Layers:
    folders, deps = {}, {}
    for line in text.splitlines():
        if line.strip():
            head, _, tail = line.partition(":")
            name, folder = head.split()
            folders[name], deps[name] = folder, set(tail.split())
    return Layers(folders, deps)


def find_cycle(deps: dict) -> Optional[list]:
    """A cycle as the list of its libraries, the first one repeated at the end."""
    done, path = set(), []

    def visit(name: str) -> Optional[list]:
        if name in path:
            return path[path.index(name):] + [name]
        if name in done:
            return None
        path.append(name)
        for dep in sorted(deps.get(name, ())):
            cycle = visit(dep)
            if cycle:
                return cycle
        path.pop()
        done.add(name)
        return None

    for name in sorted(deps):
        cycle = visit(name)
        if cycle:
            return cycle
    return None


def library_of(path: str, layers: Layers) -> Optional[str]:
    """The library whose folder holds `path` (relative to src/); the deepest folder wins."""
    owners = [name for name, folder in layers.folders.items() if path.startswith(folder + "/")]
    return max(owners, key=lambda name: len(layers.folders[name]), default=None)


def includes(text: str):
    """Yields (line, header, quoted)."""
    items = list(sources.tokens(text))
    for i in range(len(items) - 2):
        if items[i].text == "#" and items[i + 1].text == "include":
            line, after = items[i].line, items[i + 2]
            if after.kind == "string":
                yield line, after.text.strip('"'), True
            elif after.text == "<":
                parts = []
                for item in items[i + 3:]:
                    if item.text == ">" or item.line != line:
                        break
                    parts.append(item.text)
                yield line, "".join(parts), False


# Only the precompiled headers hold this one, so it may include all of nlohmann/json.
PRECOMPILED = "base/json_instance.h"
# Headers that need all of it: the precompiled one, and one whose types hold values and that few files include.
JSON_HEADERS = {"src/" + PRECOMPILED, "src/mcp/server.h"}


def check_third_party(path: str, line: int, header: str) -> list:
    for prefix, folders in OWNERS.items():
        if header.startswith(prefix) and not path.startswith(folders):
            return [f"{path}:{line}: <{header}> may be included only under {', '.join(folders)}"]
    if header == "nlohmann/json.hpp" and path.endswith(".h") and path not in JSON_HEADERS:
        return [f"{path}:{line}: headers use <nlohmann/json_fwd.hpp>; the whole of it costs three seconds a file"]
    return []


def check_file(path: str, text: str, layers: Layers) -> list:
    """`path` begins with src/."""
    inside = path[len("src/"):]
    program = next((name for name in PROGRAMS if inside.startswith(name + "/")), None)
    library = library_of(inside, layers)
    if program:
        library, allowed = program, PROGRAMS[program]
    elif library:
        allowed = layers.deps[library] | {library}
    else:
        return [f"{path}:1: belongs to no leanlab_library"] if path.endswith(".cc") else []
    found = []
    for line, header, quoted in includes(text):
        if not quoted:
            found += check_third_party(path, line, header)
            continue
        if header == PRECOMPILED:
            found.append(f"{path}:{line}: only the precompiled headers include \"{header}\"")
        target = library_of(header, layers)
        if target is not None and target not in allowed:
            found.append(f"{path}:{line}: '{library}' may not include \"{header}\": '{target}' is not in its DEPS")
    return found


def check(root: Path, layers: Layers) -> list:
    found = []
    cycle = find_cycle(layers.deps)
    if cycle:
        found.append("src/CMakeLists.txt:1: a cycle of libraries: " + " -> ".join(cycle))
    for path in sources.cpp_files(root, "src"):
        found += check_file(path.as_posix(), sources.read(path, root), layers)
    return found


if __name__ == "__main__":
    sys.exit(sources.report(check(sources.ROOT, parse_layers(Path(sys.argv[1]).read_text()))))
