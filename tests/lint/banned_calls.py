#!/usr/bin/python3
"""Raw calls that only src/base and the sandbox helper may make; everything else uses the wrappers of src/base.

They are banned because each has cost somebody a leak: a descriptor without close-on-exec, a child that nobody waits
for, a tree deleted through a link, a thread that sleeps through Ctrl-C.
"""
import sys
from pathlib import Path

import sources

BANNED = {
    "open": "base/fd.h: open_file",
    "openat": "base/fd.h: open_file",
    "creat": "base/fd.h: open_file",
    "fopen": "base/fs.h: read_file, write_file",
    "pipe": "base/fd.h: make_pipe",
    "pipe2": "base/fd.h: make_pipe",
    "fork": "base/process.h: spawn",
    "vfork": "base/process.h: spawn",
    "posix_spawn": "base/process.h: spawn",
    "posix_spawnp": "base/process.h: spawn",
    "execve": "base/process.h: spawn",
    "execvp": "base/process.h: spawn",
    "kill": "base/process.h: RunningProcess::send_signal",
    "killpg": "base/process.h: RunningProcess::send_signal",
    "waitpid": "base/process.h: RunningProcess::wait",
    "waitid": "base/process.h: RunningProcess::wait",
    "wait4": "base/process.h: RunningProcess::wait",
    "system": "base/process.h: run_program",
    "popen": "base/process.h: run_program",
    "remove_all": "base/fs.h: remove_tree",
    "sleep": "base/interrupt.h: Interrupt::wait_for",
    "usleep": "base/interrupt.h: Interrupt::wait_for",
    "nanosleep": "base/interrupt.h: Interrupt::wait_for",
    "sleep_for": "base/interrupt.h: Interrupt::wait_for",
    "sleep_until": "base/interrupt.h: Interrupt::wait_for",
}
ALLOWED_FOLDERS = ("src/base/", "src/sandbox/helper/")
# A qualified name is banned behind these only: `Ledger::open(` is a function of ours.
SYSTEM_SCOPES = {"std", "fs", "filesystem", "this_thread"}
# Words after which a name begins a call. After any other word the name is being declared: `Result<Fd> open(`, `int open(`.
CALL_AFTER = {"return", "else", "do", "throw", "case", "and", "or", "not", "co_return", "co_yield"}


def is_call(items: list, i: int) -> bool:
    """Whether the banned name at `i` is called there as the system's function."""
    if i + 1 >= len(items) or items[i + 1].text != "(":
        return False
    before = items[i - 1] if i else None
    if before is None:
        return True
    if before.text == "::":
        scope = items[i - 2] if i >= 2 else None
        return scope is None or scope.kind != "word" or scope.text in SYSTEM_SCOPES | CALL_AFTER
    if before.text in (".", "->"):
        return False
    if before.kind == "word":
        return before.text in CALL_AFTER
    return before.text != ">"


def findings_in(text: str, name: str) -> list:
    items = list(sources.tokens(text))
    return [
        f"{name}:{token.line}: {token.text}() is banned here; use {BANNED[token.text]}"
        for i, token in enumerate(items)
        if token.kind == "word" and token.text in BANNED and is_call(items, i)
    ]


def check(root: Path) -> list:
    found = []
    for path in sources.cpp_files(root, "src"):
        if not path.as_posix().startswith(ALLOWED_FOLDERS):
            found += findings_in(sources.read(path, root), path.as_posix())
    return found


if __name__ == "__main__":
    sys.exit(sources.report(check(sources.ROOT)))
