"""What the experiment reaches for, told on stderr while it tries: evidence for people, in the record and in `leanlab log`.

It runs in the experiment's own process, which could silence it or lie. Nothing rests on it: what holds is the sandbox.
"""
from __future__ import annotations

import fcntl
import os
import sys
from typing import Any, Callable, Optional

from .reach import Reach

PREFIX = "leanlab: the experiment tried to "  # the engine looks for this
_MOST = 24
_LENGTH = 160
_TIOCSTI = 0x5412
_FAR = 201  # a descriptor out of the way of those who close or replace the usual ones (signs.py has 200)
# What nobody needs who computes, asked for by name; what they do is up to the sandbox.
_C_CALLS = frozenset(
    "syscall ptrace fork vfork system popen execve execv kill mount umount2 inotify_init inotify_init1 inotify_add_watch fanotify_init prlimit"
    " process_vm_readv process_vm_writev setuid setresuid unshare setns adjtimex clock_settime memfd_create shmget msgget semget mq_open"
    " open openat creat open64 fopen fopen64 freopen opendir readlink mkdir rmdir unlink rename link symlink mknod chmod chown truncate utimensat"
    " setxattr prctl killpg sched_setaffinity setpriority socket connect bind posix_spawn".split()
)


def install(experiment: str) -> Callable[[Optional[str]], None]:
    """Watches this process from now on; `experiment` is the file that it may read. Returns what tells of one try."""
    reach, tell = Reach(experiment), _teller()
    watched: dict[str, Callable[..., Optional[str]]] = {
        "open": reach.opening, **{f"os.{name}": reach.listing for name in _LISTINGS}, **{f"os.{name}": reach.changing for name in _CHANGES},
        "os.chmod": reach.changing_mode, "os.rename": reach.moving, "os.link": reach.moving, "os.symlink": reach.linking, **_ACTS,
    }
    looking = reach.looking

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        watch = watched.get(event)
        if watch is not None:
            try:
                tell(watch(*arguments))
            except Exception:  # an argument of a kind that nobody expects; the call itself goes on
                pass

    sys.addaudithook(hook)
    for name in ("stat", "lstat", "access", "readlink"):
        _Looked.instead_of(name, lambda path: tell(looking(path)))
    return tell


class _Looked:
    """A function of os that asks about a file and that Python does not audit: it tells, and then does it. An object, since classes may
    have taken the function as an attribute, which is none of their methods."""

    def __init__(self, function: Callable[..., Any], tell: Callable[[Any], None]) -> None:
        self._function, self._tell = function, tell
        self.__name__, self.__doc__ = function.__name__, function.__doc__

    def __call__(self, path: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            self._tell(path)
        except Exception:  # a path of a kind that nobody expects: the call itself says so
            pass
        return self._function(path, *args, **kwargs)

    @classmethod
    def instead_of(cls, name: str, tell: Callable[[Any], None]) -> None:
        function = getattr(os, name)
        looked = cls(function, tell)
        setattr(os, name, looked)
        for supports in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks, os.supports_effective_ids):
            if function in supports:
                supports.add(looked)  # type: ignore[arg-type]


def _is_child(pid: int) -> bool:
    try:
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except OSError:
        return False
    return True


def _signalling(what: str) -> Callable[[int, int], Optional[str]]:
    def signalling(pid: int, number: int) -> Optional[str]:
        mine = pid > 0 and (pid == os.getpid() if number == 0 else _is_child(pid))
        return None if mine else f"send signal {int(number)} to {what} {pid}"

    return signalling


def _teller() -> Callable[[Optional[str]], None]:
    told: set[str] = set()
    prefix, most, write = PREFIX, _MOST, os.write  # the experiment may replace them where they are
    far = fcntl.fcntl(2, fcntl.F_DUPFD_CLOEXEC, _FAR)
    pipe = os.fstat(far)

    def tell(what: Optional[str]) -> None:
        if what is None or what in told or len(told) >= most:
            return
        told.add(what)
        line = (prefix + what[:_LENGTH] + "\n").encode("ascii", "backslashreplace")
        for fd in (far, 2):
            try:
                if os.path.samestat(os.fstat(fd), pipe):
                    write(fd, line)
                    return
            except OSError:  # somebody has closed it
                pass

    return tell


_LISTINGS = ("listdir", "scandir", "chdir", "listxattr", "getxattr")
_CHANGES = ("remove", "rmdir", "mkdir", "truncate", "chown", "utime", "setxattr", "removexattr", "chflags")
_ACTS: dict[str, Callable[..., Optional[str]]] = {
    "socket.connect": lambda connection, address: f"connect to {ascii(address)}",
    "socket.bind": lambda connection, address: f"listen on {ascii(address)}",
    "socket.getaddrinfo": lambda host, *others: f"resolve the name {ascii(host)}",
    "subprocess.Popen": lambda program, *others: f"start the program {ascii(program)}",
    "os.system": lambda command: f"start the shell command {ascii(command)}",
    "os.exec": lambda program, *others: f"become the program {ascii(program)}",
    "os.posix_spawn": lambda program, *others: f"start the program {ascii(program)}",
    "os.fork": lambda: "fork",
    "os.kill": _signalling("process"),
    "os.killpg": _signalling("process group"),
    "gc.get_objects": lambda *others: "look through all objects of its process",
    "sys.settrace": lambda *others: "trace its process",
    "sys.setprofile": lambda *others: "profile its process",
    "fcntl.ioctl": lambda fd, request, *others: "type into a terminal" if request == _TIOCSTI else None,
    "sys.addaudithook": lambda: "hook into what Python tells of it",
    "os.forkpty": lambda: "fork",
    "os.spawn": lambda mode, program, *others: f"start the program {ascii(program)}",
    "resource.prlimit": lambda pid, *others: None if pid in (0, os.getpid()) else f"change limits of process {pid}",
    "socket.sendto": lambda connection, address: f"send to {ascii(address)}",
    "ctypes.dlsym": lambda library, name: f"call {name} of the C library" if name in _C_CALLS else None,
    "ctypes.string_at": lambda *others: "read memory by its address",
}
