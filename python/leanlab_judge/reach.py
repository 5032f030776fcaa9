"""Which files are none of the experiment's business: what watch.py tells of. Each method gives the try in words, or None."""
from __future__ import annotations

import os
import stat
import sys
from typing import Any, Optional

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_PRIVATE = ("/root", "/home", "/run", "/var", "/srv", "/mnt", "/opt/secrets", "/etc/shadow", "/etc/ssh", "/etc/cron", "/sys/fs", "/sys/kernel")
_CORES = "/sys/fs/cgroup/cpu"  # how many there are
_USUAL_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/shm", "/dev/stdin", "/dev/stdout", "/dev/stderr", "/dev/fd")


class Reach:
    """Of the experiment in the file `experiment`. Arguments are those of the audit events (of os.stat, for `looking`)."""

    def __init__(self, experiment: str) -> None:
        self._own = own = os.path.abspath(experiment)
        self._lab = os.path.dirname(os.path.dirname(own))
        stem = os.path.splitext(os.path.basename(own))[0]
        self._cache = os.path.join(os.path.dirname(own), "__pycache__", stem + ".")  # Python asks for it
        self._temporary = tuple({os.environ.get("TMPDIR", "/tmp"), os.environ.get("HOME", "/tmp")})
        self._programs = _programs(self._lab)

    def opening(self, path: Any, mode: Any, flags: Any) -> Optional[str]:
        if type(flags) is int and flags & _WRITING and not self._may_write(path):
            return f"write {ascii(os.fsdecode(path))}"
        place = self._outside(path)
        return f"open {place}" if place else None

    def changing(self, path: Any, *others: Any) -> Optional[str]:
        """What comes last says below which folder, if not the current one: the kernel knows that (rmtree does so with its own)."""
        below_another = type(path) in (str, bytes) and not os.path.isabs(path) and others and others[-1] not in (-1, None)
        return None if below_another or self._may_write(path) else f"change {ascii(os.fsdecode(path))}"

    def changing_mode(self, path: Any, mode: Any, *others: Any) -> Optional[str]:
        if type(mode) is int and mode & (stat.S_ISUID | stat.S_ISGID):
            return f"make a program that runs as somebody else: {ascii(path)}"
        return self.changing(path, *others)

    def moving(self, old: Any, new: Any, *others: Any) -> Optional[str]:
        return self.changing(old, *others[:1]) or self.changing(new, *others[1:])

    def linking(self, target: Any, link: Any, *others: Any) -> Optional[str]:
        if type(target) in (str, bytes) and type(link) in (str, bytes):
            place = self._outside(os.path.join(os.path.dirname(os.path.abspath(os.fsdecode(link))), os.fsdecode(target)))
            if place:
                return f"make a link to {place}"
        return self.changing(link, *others)

    def listing(self, path: Any = ".", *others: Any) -> Optional[str]:
        return f"list {place}" if (place := self._outside(path)) else None

    def looking(self, path: Any) -> Optional[str]:
        path = os.fspath(path)
        on_the_way = (self._own, *self._temporary, *self._programs)  # links are resolved folder by folder
        if type(path) not in (str, bytes) or any(_is_below(one, os.path.abspath(os.fsdecode(path))) for one in on_the_way):
            return None
        return f"look at {place}" if (place := self._outside(path)) else None

    def _outside(self, path: Any) -> Optional[str]:
        """The path, when it is none of the experiment's business."""
        if type(path) not in (str, bytes):
            return None
        place = os.path.abspath(os.fsdecode(path))
        if place == self._own or place == "/" or place.startswith((self._cache, _CORES)):
            return None
        if _is_below(place, self._lab) or place.startswith("/proc/"):
            return None if _is_own_fact(place) else ascii(place)
        if any(_is_below(place, folder) for folder in (*self._temporary, *self._programs)):
            return None
        strange_device = place.startswith("/dev/") and not place.startswith(_USUAL_DEVICES)
        return ascii(place) if strange_device or any(_is_below(place, folder) for folder in _PRIVATE) else None

    def _may_write(self, path: Any) -> bool:
        if type(path) not in (str, bytes):
            return True  # a descriptor
        place = os.path.abspath(os.fsdecode(path))
        in_temporary = any(_is_below(place, folder) for folder in self._temporary) and not _is_below(place, self._lab)
        return in_temporary or place.startswith(_USUAL_DEVICES)


def _programs(lab: str) -> tuple[str, ...]:
    """Where Python, its packages and this one lie: in a home folder, perhaps."""
    folders = {sys.prefix, sys.base_prefix, os.path.dirname(os.path.dirname(os.path.abspath(__file__))), *sys.path}
    return tuple(folder for folder in folders if len(folder) > 1 and not _is_below(lab, folder))


def _is_below(place: str, folder: str) -> bool:
    return place == folder or place.startswith(folder.rstrip("/") + "/")


def _is_own_fact(place: str) -> bool:
    """Of /proc, what libraries ask about the machine and themselves."""
    parts = place.split("/")
    if len(parts) < 3 or parts[1] != "proc":
        return False
    if parts[2] in ("self", "thread-self", str(os.getpid())):
        return len(parts) < 4 or parts[3] not in ("mem", "environ", "root", "cwd", "fd", "maps", "attr", "uid_map", "gid_map", "oom_score_adj")
    return not parts[2].isdigit() and parts[2] not in ("sys", "sysrq-trigger", "kcore", "keys")
