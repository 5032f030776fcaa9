"""Runs a bundled lab's own commands by hand, in a private copy of the lab, as the engine would."""
import json
import os
import shlex
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Dict

LABS = Path(__file__).resolve().parents[2] / "labs"
# What a lab builds once for all its experiments; the default place, so that the tests build it once too.
CACHE = Path(f"/tmp/leanlab-{os.getuid()}")
TIME_LIMIT_SECONDS = 240


class LabCase(unittest.TestCase):
    """A test over one lab; `lab_name` names its folder under labs/."""

    lab_name = ""

    def setUp(self) -> None:
        if not self.lab_name:
            self.skipTest("a base class")
        folder = tempfile.TemporaryDirectory(prefix="lab test ")  # a blank in the path, as some users have
        self.addCleanup(folder.cleanup)
        self.scratch = Path(folder.name)
        self.lab = self.scratch / self.lab_name
        shutil.copytree(LABS / self.lab_name, self.lab)
        self.config = json.loads((self.lab / "lab.json").read_text())
        self.environment: Dict[str, str] = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LC_ALL": "C.UTF-8",
            "TMPDIR": str(self.scratch),
            "LEANLAB_CACHE_DIR": str(CACHE),
            "LEANLAB_CPP": str(LABS.parent / "cpp"),
        }

    def write(self, source: str, name: str) -> str:
        """Writes an experiment; returns its path relative to the lab."""
        path = self.lab / "experiments" / name
        path.write_text(source)
        return f"experiments/{name}"

    def run_command(self, field: str, file: str) -> "subprocess.CompletedProcess[str]":
        words = [word.replace("{file}", file) for word in shlex.split(self.config[field])]
        return subprocess.run(
            words, cwd=self.lab, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=TIME_LIMIT_SECONDS,
        )

    def score(self, file: str) -> Dict[str, float]:
        """The metrics of an experiment that must be valid."""
        done = self.run_command("eval_cmd", file)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = done.stdout.splitlines()
        self.assertEqual(len(lines), 1, done.stdout)
        metrics = json.loads(lines[0])
        self.assertIn(self.config["objective"]["metric"], metrics)
        self.assertTrue(all(type(value) in (int, float) for value in metrics.values()), metrics)
        return metrics

    def refused(self, file: str, *reasons: str) -> str:
        """Asserts that the evaluator gives no score and says each of `reasons` on stderr."""
        done = self.run_command("eval_cmd", file)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.assertEqual(done.stdout, "")
        for reason in reasons:
            self.assertIn(reason, done.stderr)
        return done.stderr

    def verdict(self, file: str) -> str:
        """The validator's one line."""
        done = self.run_command("validate_cmd", file)
        line = done.stdout.splitlines()[0] if done.stdout else ""
        self.assertTrue(line == "VALID" or line.startswith("INVALID: "), done.stdout + done.stderr)
        self.assertEqual(done.returncode == 0, line == "VALID")
        return line
