"""Plays the engine: starts a judge and a candidate's worker, joined by plain pipes, with no sandbox around them."""
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
import unittest
from pathlib import Path
from typing import Any, Dict, List, Optional

PACKAGE_PARENT = Path(__file__).resolve().parents[2] / "python"
PACKAGE = PACKAGE_PARENT / "leanlab_judge"
sys.path.insert(0, str(PACKAGE_PARENT))

from leanlab_judge import wire  # noqa: E402
from leanlab_judge.hook import STUB  # noqa: E402

TIME_LIMIT_SECONDS = 120


class Evaluation:
    """What a judge left behind."""

    def __init__(self, process: "subprocess.CompletedProcess[str]", frames: List[Dict[str, Any]], nonce: str) -> None:
        self.status, self.out, self.err = process.returncode, process.stdout, process.stderr
        self.frames, self.nonce = frames, nonce

    def frame(self, name: str) -> Any:
        """What the frame with that key says; None without one. Only frames with the right nonce count."""
        return next((frame[name] for frame in self.frames if name in frame and frame.get("nonce") == self.nonce), None)

    def told(self, name: str) -> List[Any]:
        """What all frames with that key say, lists joined."""
        found: List[Any] = []
        for frame in self.frames:
            if name in frame and frame.get("nonce") == self.nonce:
                found += frame[name] if isinstance(frame[name], list) else [frame[name]]
        return found

    @property
    def metrics(self) -> Dict[str, float]:
        """Those of the one line on stdout (contract `proxied`)."""
        (line,) = self.out.splitlines()
        return json.loads(line)


class JudgeCase(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="judge test ")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "lab").mkdir()
        (self.folder / "candidate").mkdir()
        self.environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1", "HOME": "/nonexistent"}

    def write(self, source: str, name: str = "experiment.py") -> Path:
        path = self.folder / "candidate" / name
        path.write_text(textwrap.dedent(source))
        return path

    def start_worker(self, experiment: Path, read_fd: int, write_fd: int) -> "subprocess.Popen[bytes]":
        words = [sys.executable, "-I", "-B", str(PACKAGE / "worker.py"), str(read_fd), str(write_fd), str(experiment)]
        log = open(self.folder / "candidate.log", "wb")
        self.addCleanup(log.close)
        process = subprocess.Popen(
            words, pass_fds=(read_fd, write_fd), cwd=self.folder / "candidate", env=self.environment, stdin=subprocess.DEVNULL,
            stdout=log, stderr=log,
        )
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def evaluate(
        self, evaluator: Path, experiment: Path, contract: str = "proxied", words: Optional[List[str]] = None, stub: str = STUB,
        objective: str = "value",
    ) -> Evaluation:
        """Runs `evaluator --experiment STUB` in the lab's folder; the stub stands where the judge would see the experiment."""
        shown = self.folder / "lab" / experiment.name
        shown.write_text(stub)
        to_worker, to_judge, (ours, theirs) = os.pipe(), os.pipe(), socket.socketpair()
        worker = self.start_worker(experiment, to_worker[0], to_judge[1])
        nonce = secrets.token_hex(16)
        result = ours.detach()
        engine = wire.Channel(result, result)
        engine.send({"version": wire.VERSION, "nonce": nonce, "objective": objective})
        fds = {
            "LEANLAB_RESULT_FD": theirs.fileno(), "LEANLAB_CANDIDATE_READ_FD": to_judge[0], "LEANLAB_CANDIDATE_WRITE_FD": to_worker[1],
        }
        environment = {
            **self.environment, **{name: str(fd) for name, fd in fds.items()}, "LEANLAB_CONTRACT": contract,
            "LEANLAB_EXPERIMENT": str(shown), "PYTHONPATH": str(PACKAGE / "auto" if contract == "proxied" else PACKAGE_PARENT),
        }
        command = [*(words or [sys.executable]), str(evaluator), "--experiment", str(shown)]
        judge = subprocess.Popen(
            command, cwd=self.folder / "lab", env=environment, pass_fds=tuple(fds.values()), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for fd in (to_worker[0], to_worker[1], to_judge[0], to_judge[1]):
            os.close(fd)
        theirs.close()
        frames: List[Dict[str, Any]] = []
        reader = threading.Thread(target=_collect, args=(engine, frames))
        reader.start()
        try:
            out, err = judge.communicate(timeout=TIME_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            judge.kill()
            raise
        finally:
            judge.wait()
            worker.kill()
            worker.wait()
        reader.join()
        engine.close()
        return Evaluation(subprocess.CompletedProcess(command, judge.returncode, out, err), frames, nonce)

    def evaluate_source(self, evaluator: str, experiment: str, contract: str = "proxied", **others: Any) -> Evaluation:
        path = self.folder / "lab" / "evaluation.py"
        path.write_text(evaluator)
        return self.evaluate(path, self.write(experiment), contract, **others)


def _collect(channel: wire.Channel, frames: List[Dict[str, Any]]) -> None:
    try:
        while True:
            frame = channel.receive()
            if frame is None:
                return
            frames.append(frame.header)
    except Exception as error:
        frames.append({"broken": repr(error)})


def copy_lab(name: str, folder: Path) -> Path:
    """A bundled lab's files into `folder`."""
    shutil.copytree(PACKAGE_PARENT.parent / "labs" / name, folder, dirs_exist_ok=True)
    return folder
