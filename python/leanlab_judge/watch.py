"""What the experiment reaches for, told on stderr while it tries: evidence for people, in the record and in `leanlab log`.

It runs in the experiment's own process, which could silence it or lie. Nothing rests on it: what holds is the sandbox.
"""
from __future__ import annotations

import os
import stat
import sys
from typing import Any, Callable, Optional

PREFIX = "leanlab: the experiment tried to "  # the engine looks for this
_MOST = 24
_LENGTH = 160
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_PRIVATE = ("/root", "/home", "/run", "/var", "/srv", "/mnt", "/opt/secrets", "/etc/shadow", "/etc/ssh", "/etc/cron", "/sys/fs", "/sys/kernel")
_CORES = "/sys/fs/cgroup/cpu"  # how many there are
_USUAL_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/shm", "/dev/stdin", "/dev/stdout", "/dev/stderr", "/dev/fd")
_TIOCSTI = 0x5412
# What nobody needs who computes, asked for by name; what they do is up to the sandbox.
_C_CALLS = frozenset(
    "syscall ptrace fork vfork system popen execve execv kill mount umount2 inotify_init inotify_init1 inotify_add_watch fanotify_init prlimit"
    " process_vm_readv process_vm_writev setuid setresuid unshare setns adjtimex clock_settime memfd_create shmget msgget semget mq_open"
    " open openat creat".split()
)


def install(experiment: str) -> Callable[[Optional[str]], None]:
    """Watches this process from now on; `experiment` is the file that it may read. Returns what tells of one try."""
    own = os.path.abspath(experiment)
    lab = os.path.dirname(os.path.dirname(own))
    cache = os.path.join(os.path.dirname(own), "__pycache__", os.path.splitext(os.path.basename(own))[0] + ".")  # Python asks for it
    temporary, programs = tuple({os.environ.get("TMPDIR", "/tmp"), os.environ.get("HOME", "/tmp"), "/tmp"}), _programs(lab)
    tell = _teller()

    def outside(path: Any) -> Optional[str]:
        """The path, when it is none of the experiment's business."""
        if type(path) not in (str, bytes):
            return None
        place = os.path.abspath(os.fsdecode(path))
        if place == own or place == "/" or place.startswith((cache, _CORES)):
            return None
        if _is_below(place, lab) or place.startswith("/proc/"):
            return None if _is_own_fact(place) else ascii(place)
        if any(_is_below(place, folder) for folder in (*temporary, *programs)):
            return None
        strange_device = place.startswith("/dev/") and not place.startswith(_USUAL_DEVICES)
        return ascii(place) if strange_device or any(_is_below(place, folder) for folder in _PRIVATE) else None

    def may_write(path: Any) -> bool:
        if type(path) not in (str, bytes):
            return True  # a descriptor
        place = os.path.abspath(os.fsdecode(path))
        in_temporary = any(_is_below(place, folder) for folder in temporary) and not _is_below(place, lab)
        return in_temporary or place.startswith(_USUAL_DEVICES)

    def opening(path: Any, mode: Any, flags: Any) -> Optional[str]:
        if type(flags) is int and flags & _WRITING and not may_write(path):
            return f"write {ascii(os.fsdecode(path))}"
        place = outside(path)
        return f"open {place}" if place else None

    def changing_mode(path: Any, mode: Any, *others: Any) -> Optional[str]:
        set_id = type(mode) is int and mode & (stat.S_ISUID | stat.S_ISGID)
        return f"make a program that runs as somebody else: {ascii(path)}" if set_id else changing(path)

    def changing(path: Any, *others: Any) -> Optional[str]:
        return None if may_write(path) else f"change {ascii(os.fsdecode(path))}"

    def listing(path: Any = ".", *others: Any) -> Optional[str]:
        return f"list {place}" if (place := outside(path)) else None

    watched: dict[str, Callable[..., Optional[str]]] = {
        "open": opening, "os.listdir": listing, "os.scandir": listing, **{f"os.{name}": changing for name in _CHANGES}, **_ACTS,
        "os.chmod": changing_mode,
    }

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        watch = watched.get(event)
        if watch is not None:
            try:
                tell(watch(*arguments))
            except Exception:  # an argument of a kind that nobody expects; the call itself goes on
                pass

    sys.addaudithook(hook)
    return tell


def _teller() -> Callable[[Optional[str]], None]:
    told: set[str] = set()

    def tell(what: Optional[str]) -> None:
        if what is not None and what not in told and len(told) < _MOST:
            told.add(what)
            os.write(2, (PREFIX + what[:_LENGTH] + "\n").encode("ascii", "backslashreplace"))

    return tell


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


_CHANGES = ("remove", "rename", "rmdir", "mkdir", "link", "symlink", "truncate", "chmod", "chown", "utime", "setxattr", "removexattr", "chflags")
_ACTS: dict[str, Callable[..., Optional[str]]] = {
    "socket.connect": lambda connection, address: f"connect to {ascii(address)}",
    "socket.bind": lambda connection, address: f"listen on {ascii(address)}",
    "socket.getaddrinfo": lambda host, *others: f"resolve the name {ascii(host)}",
    "subprocess.Popen": lambda program, *others: f"start the program {ascii(program)}",
    "os.system": lambda command: f"start the shell command {ascii(command)}",
    "os.exec": lambda program, *others: f"become the program {ascii(program)}",
    "os.posix_spawn": lambda program, *others: f"start the program {ascii(program)}",
    "os.fork": lambda: "fork",
    "os.kill": lambda pid, number: None if pid == os.getpid() and number == 0 else f"send signal {int(number)} to process {pid}",
    "os.killpg": lambda group, number: f"send signal {int(number)} to process group {group}",
    "gc.get_objects": lambda *others: "look through all objects of its process",
    "sys.settrace": lambda *others: "trace its process",
    "sys.setprofile": lambda *others: "profile its process",
    "fcntl.ioctl": lambda fd, request, *others: "type into a terminal" if request == _TIOCSTI else None,
    "os.forkpty": lambda: "fork",
    "os.spawn": lambda mode, program, *others: f"start the program {ascii(program)}",
    "resource.prlimit": lambda pid, *others: None if pid in (0, os.getpid()) else f"change limits of process {pid}",
    "socket.sendto": lambda connection, address: f"send to {ascii(address)}",
    "ctypes.dlsym": lambda library, name: f"call {name} of the C library" if name in _C_CALLS else None,
    "ctypes.string_at": lambda *others: "read memory by its address",
}
