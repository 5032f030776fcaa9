"""Black-box tests drive the real binary through this: projects, labs, runs of `leanlab`, and what they leave behind.

A test derives from `LeanlabTest`. Each gets a project of its own in a temporary folder with a home of its own, and fails
when a process that carries its mark is alive at its end.
"""
import json
import os
import random
import shlex
import shutil
import signal
import stat
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

BIN = os.environ.get("LEANLAB_BIN", "leanlab")
TIME_LIMIT_S = 120  # of one command; a hang is a failure with this message, not a silent wait

# An evaluator that scores what stands behind "x = " in an experiment, and its companions; all in POSIX sh.
SCORE_SH = """\
file=$1
[ -f "$file" ] || { echo "no such experiment: $file" >&2; exit 2; }
x=$(sed -n 's/^x = //p' "$file")
[ -n "$x" ] || { echo "no x in $file" >&2; exit 1; }
echo "{\\"score\\": $x}"
"""
VALIDATE_SH = """\
if grep -q '^x = ' "$1"; then echo VALID; else echo "INVALID: it has no line x = NUMBER"; fi
"""
# A Worker: writes an experiment with a name and a text that no other has; turns that begin together give the same value.
PROPOSE_SH = """\
cat >/dev/null
n=$(ls experiments | wc -l)
name=experiments/e$n-$$.txt
printf '# try number %s\\n# made at %s\\nx = %s\\n' "$n" "$(date +%s%N)" "$n" >"$name"
"""


class Done:
    """A command that has ended."""

    def __init__(self, argv, code, out, err):
        self.argv, self.code, self.out, self.err = argv, code, out, err

    def __str__(self):
        return f"$ {shlex.join(map(str, self.argv))}\nexit {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def text(self):
        return self.out + self.err


def children_of(mark: str) -> list:
    """Live processes with `mark` in their command line, environment or current folder, as "pid command"."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            command = (entry / "cmdline").read_bytes()
            parts = command + (entry / "environ").read_bytes() + os.fsencode(os.readlink(entry / "cwd"))
            state = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]
        except (OSError, ProcessLookupError):
            continue
        if mark.encode() in parts and state != "Z":
            found.append(f"{entry.name} {command.replace(bytes(1), b' ').decode(errors='replace')}")
    return found


def wait_until(condition, what: str, seconds: float = 60.0):
    """Polls `condition` until it is true; its value. Fails loudly, never a fixed sleep."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.02)


class Lab:
    """A metric lab on disk."""

    def __init__(self, folder: Path):
        self.folder, self.name = folder, folder.name

    def write(self, path: str, text, mode: int = 0o644) -> Path:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, bytes):
            target.write_bytes(text)
        else:
            target.write_text(text, encoding="utf-8")
        target.chmod(mode)
        return target

    def configure(self, **changes):
        """Changes fields of lab.json; None removes one."""
        config = json.loads((self.folder / "lab.json").read_text())
        for key, value in changes.items():
            config.pop(key, None) if value is None else config.__setitem__(key, value)
        self.write("lab.json", json.dumps(config, indent=2) + "\n")

    def rows(self) -> list:
        """The book, results.jsonl."""
        book = self.folder / "results.jsonl"
        return [json.loads(line) for line in book.read_text().splitlines()] if book.exists() else []

    @property
    def state(self) -> Path:
        return self.folder.parent / "state" / "labs" / self.name


class LeanlabTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.mark = f"leanlab-test-{os.getpid()}-{random.randrange(10**9)}"
        self.temp = Path(tempfile.mkdtemp(prefix=self.mark + "-"))
        self.addCleanup(self.clean_up)
        self.project = self.temp / "project"
        (self.project / ".leanlab").mkdir(parents=True)
        self.home = self.temp / "home"
        self.home.mkdir()
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "TMPDIR": str(self.temp / "tmp"),
            "LANG": "C.UTF-8",
            "CI": "1",
            "LEANLAB_TEST_MARK": self.mark,
        }
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LEANLAB_FORCE_TIER"):
            if name in os.environ:
                self.env[name] = os.environ[name]
        (self.temp / "tmp").mkdir()

    def clean_up(self):
        left = children_of(self.mark)
        for line in left:
            try:
                os.kill(int(line.split()[0]), signal.SIGKILL)
            except (OSError, ValueError):
                pass
        for folder, _, _ in os.walk(self.temp):
            os.chmod(folder, 0o700)
        shutil.rmtree(self.temp, ignore_errors=True)
        self.assertEqual(left, [], "processes were left behind")

    # Making labs

    def lab(self, name: str = "numbers", files: dict = None, **config) -> Lab:
        """A lab of 0.2.1's fields whose evaluator prints an experiment's x as its score; `config` changes lab.json."""
        self.last_lab = name
        lab = Lab(self.project / ".leanlab" / name)
        fields = {
            "name": name,
            "description": "the largest x",
            "objective": {"metric": "score", "direction": "max"},
            "validate_cmd": "sh validate.sh {file}",
            "eval_cmd": "sh evaluation.sh {file}",
        }
        fields.update(config)
        texts = {
            "task.md": "# Find the largest x\n",
            "lab.json": json.dumps({k: v for k, v in fields.items() if v is not None}, indent=2) + "\n",
            "evaluation.sh": SCORE_SH,
            "validate.sh": VALIDATE_SH,
            "experiments/sample.txt": "# the starting point\nx = 0\n",
        }
        texts.update(files or {})
        for path, text in texts.items():
            if text is not None:
                lab.write(path, text)
        lab.write("propose.sh", "#!/bin/sh\n" + PROPOSE_SH, 0o755)
        return lab

    def candidate(self, name: str, text: str, lab: str = None) -> Path:
        """An experiment that a person wrote into the folder of a lab (by default of the last one made)."""
        path = self.project / ".leanlab" / (lab or self.last_lab) / "experiments" / name
        path.write_text(text, encoding="utf-8")
        return path

    def shared_with_agents(self) -> Path:
        """A folder in which agents leave traces for the test; of the rest of it they see nothing."""
        folder = self.temp / "shared"
        folder.mkdir(exist_ok=True)
        self.env["LEANLAB_AGENT_WRITE"] = str(folder)
        return folder

    def outside(self, name: str, text: str) -> Path:
        """A file that belongs to no lab."""
        path = self.temp / "outside" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    # Running the program

    def start(self, *args, env: dict = None, cwd: Path = None, **popen) -> subprocess.Popen:
        return subprocess.Popen(
            [BIN, *map(str, args)], cwd=cwd or self.project, env={**self.env, **(env or {})}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", errors="replace", **popen,
        )

    def leanlab(self, *args, code=0, timeout: float = TIME_LIMIT_S, **options) -> Done:
        """Runs the program to its end; `code` is the exit status it must have (None: any)."""
        process = self.start(*args, **options)
        return self.finish(process, code=code, timeout=timeout)

    def finish(self, process: subprocess.Popen, code=0, timeout: float = TIME_LIMIT_S) -> Done:
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            self.fail(f"did not end within {timeout} s: {Done(process.args, None, out, err)}")
        done = Done(process.args, process.returncode, out, err)
        if code is not None:
            self.assertEqual(done.code, code, f"\n{done}")
        return done

    def json(self, *args, code=0, **options) -> dict:
        """Runs the program with --json; its one object."""
        done = self.leanlab(*args, "--json", code=code, **options)
        try:
            return done.json
        except ValueError as error:
            self.fail(f"stdout is not one JSON object ({error}):\n{done}")

    def run_lab(self, lab: Lab, n: int, *args, code=0, **options) -> dict:
        return self.json("run", lab.name, "--n", n, "--agent", "command:./propose.sh", *args, code=code, **options)

    # What must hold

    def assert_book_is_sound(self, lab: Lab, experiments: int = None):
        """`verify` is content, the book's rows are those of the ledger, and no experiment stands there twice."""
        verdict = self.json("verify", lab.name)
        self.assertTrue(verdict["ok"], verdict)
        self.assertEqual(verdict["problems"], [])
        files = [row["experiment_file"] for row in lab.rows()]
        self.assertEqual(sorted(files), sorted(set(files)), "an experiment stands in the book twice")
        if experiments is not None:
            self.assertEqual(len(files), experiments)

    def assert_explains(self, done: Done, *words):
        """The message for people holds each of `words`, whatever their case."""
        for word in words:
            self.assertIn(word.lower(), done.text.lower(), f"\n{done}")


def needs_root(test):
    return unittest.skipUnless(os.geteuid() == 0, "needs root, to make a small file system or to become an ordinary user")(test)


def in_small_disk(size: str, folder: Path, command: list, **options) -> subprocess.CompletedProcess:
    """Runs `command` in a private mount namespace in which `folder` is an empty tmpfs of `size`; its former content is copied in."""
    script = (
        'set -e; keep=$(mktemp -d); cp -a "$1/." "$keep/"; mount -t tmpfs -o size="$2" tmpfs "$1"; '
        'cp -a "$keep/." "$1/"; rm -rf "$keep"; shift 2; exec "$@"'
    )
    argv = ["unshare", "-m", "--propagation", "private", "sh", "-c", script, "sh", str(folder), size, *map(str, command)]
    return subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIME_LIMIT_S, **options)


def can_mount() -> bool:
    probe = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True)
    return probe.returncode == 0


def as_nobody(argv: list) -> list:
    """The command as an ordinary user, when we are root; as it is otherwise."""
    if os.geteuid() != 0:
        return list(map(str, argv))
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *map(str, argv)]


def make_executable(path: Path):
    path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
