"""What the experiment reaches for, told on stderr while it tries: evidence for people, in the record and in `leanlab log`.

It runs in the experiment's own process, which could silence it or lie. Nothing rests on it: what holds is the sandbox.
"""
from __future__ import annotations

import fcntl
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
    own = os.path.abspath(experiment)
    lab = os.path.dirname(os.path.dirname(own))
    cache = os.path.join(os.path.dirname(own), "__pycache__", os.path.splitext(os.path.basename(own))[0] + ".")  # Python asks for it
    temporary, programs = tuple({os.environ.get("TMPDIR", "/tmp"), os.environ.get("HOME", "/tmp")}), _programs(lab)
    on_the_way = (own, *temporary, *programs)
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
        """What comes last says below which folder, if not the current one: the kernel knows that (rmtree does so with its own)."""
        below_another = type(path) in (str, bytes) and not os.path.isabs(path) and others and others[-1] not in (-1, None)
        return None if below_another or may_write(path) else f"change {ascii(os.fsdecode(path))}"

    def moving(old: Any, new: Any, *others: Any) -> Optional[str]:
        return changing(old, *others[:1]) or changing(new, *others[1:])

    def linking(target: Any, link: Any, *others: Any) -> Optional[str]:
        if type(target) in (str, bytes) and type(link) in (str, bytes):
            place = outside(os.path.join(os.path.dirname(os.path.abspath(os.fsdecode(link))), os.fsdecode(target)))
            if place:
                return f"make a link to {place}"
        return changing(link, *others)

    def listing(path: Any = ".", *others: Any) -> Optional[str]:
        return f"list {place}" if (place := outside(path)) else None

    def looking(path: Any) -> Optional[str]:
        path = os.fspath(path)
        if type(path) not in (str, bytes) or any(_is_below(one, os.path.abspath(os.fsdecode(path))) for one in on_the_way):
            return None  # as when links are resolved
        return f"look at {place}" if (place := outside(path)) else None

    watched: dict[str, Callable[..., Optional[str]]] = {
        "open": opening, "os.listdir": listing, "os.scandir": listing, **{f"os.{name}": changing for name in _CHANGES}, **_ACTS,
        "os.chdir": listing, "os.listxattr": listing, "os.getxattr": listing, "os.chmod": changing_mode, "os.rename": moving, "os.link": moving, "os.symlink": linking,
    }

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
