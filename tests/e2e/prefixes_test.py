"""Interpreters that lie in prefixes of their own, in a home folder: venv, pyenv, uv, conda, nvm. Their packages are there in both
sandboxes, read-only, and nothing else of the home folder is."""
import json
import os
import shutil
import subprocess
import unittest
from pathlib import Path

import leanlab_testing
from leanlab_testing import LeanlabTest

PYTHON = "/usr/bin/python3"
# The experiment says what it finds: its packages, that it cannot change them, that the home folder is not there.
EXPERIMENT = '''
import os
import sys


def value():
    import leanlab_marker
    found = leanlab_marker.VALUE
    for path in (leanlab_marker.__file__, os.path.join(sys.prefix, "new")):
        try:
            open(path, "a").close()
            return -1
        except OSError:
            pass
    try:
        open({secret!r}).close()
        return -2
    except OSError:
        return found
'''
EVALUATOR = '''
import importlib.util, json, os, sys
import leanlab_marker
path = sys.argv[1]
if not os.path.isfile(path):
    sys.exit(f"{path}: no such file")
spec = importlib.util.spec_from_file_location("experiment", path)
experiment = importlib.util.module_from_spec(spec)
spec.loader.exec_module(experiment)
print(json.dumps({"score": float(experiment.value()), "prefix": sys.prefix}))
'''


def tiers() -> list:
    machine = json.loads(subprocess.run([leanlab_testing.BIN, "doctor", "--json"], capture_output=True, text=True, check=True).stdout)
    lost = " ".join(machine["reasons"])
    return [tier for tier in ("A", "B") if f"no tier {tier}" not in lost]


class Prefixes(LeanlabTest):
    def setUp(self):
        super().setUp()
        self.tiers = tiers()
        if not self.tiers:
            self.skipTest("this machine offers tier C only")
        self.secret = self.home / "secret.txt"
        self.secret.write_text("key\n")

    def version(self) -> str:
        return "python" + subprocess.run([PYTHON, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], capture_output=True, text=True, check=True).stdout.strip()

    def standalone(self, prefix: Path) -> Path:
        """A Python with a standard library of its own, as pyenv, uv and conda install them; its program."""
        version = self.version()
        library = Path("/usr/lib") / version
        real = Path(f"/usr/bin/{version}")
        if not real.exists() or not (library / "os.py").exists():
            self.skipTest(f"{real} is not Debian's Python")
        (prefix / "bin").mkdir(parents=True)
        shutil.copy(real, prefix / "bin" / version)
        ignored = shutil.ignore_patterns("__pycache__", "test", "idlelib", "tkinter", "config-*", "ensurepip", "dist-packages")
        shutil.copytree(library, prefix / "lib" / version, ignore=ignored, ignore_dangling_symlinks=True)
        for name in ("python", "python3"):
            (prefix / "bin" / name).symlink_to(version)
        return prefix / "bin" / "python"

    def packages_of(self, python: Path, value: float):
        """Puts a package into what that Python calls its site-packages."""
        program = "import sys, os; print(next(p for p in sys.path if p.endswith(('site-packages', 'dist-packages')) and p.startswith(sys.prefix)))"
        done = subprocess.run([python, "-c", program], capture_output=True, text=True)
        folder = Path(done.stdout.strip()) if done.returncode == 0 else None
        if folder is None or not str(folder).startswith(str(self.temp)):
            folder = python.parent.parent / "lib" / self.version()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "leanlab_marker.py").write_text(f"VALUE = {value}\n")

    def judged(self, command: str, value: float, prefix: Path):
        lab = self.lab(
            files={"evaluation.py": EVALUATOR, "experiments/sample.py": "def value(): return 0\n", "experiments/sample.txt": None, "evaluation.sh": None, "validate.sh": None},
            eval_cmd=f"{command} evaluation.py {{file}}", validate_cmd=None, judge="proxied")
        self.leanlab("lock", lab.name)
        for tier in self.tiers:
            path = self.candidate(f"{tier}.py", EXPERIMENT.format(secret=str(self.secret)) + f"# {tier}\n")
            record = self.json("submit", lab.name, path, env={"LEANLAB_FORCE_TIER": tier})["experiments"][0]
            self.assertEqual((record["value"], record["level"], record["tier"]), (value, "proxied", tier), record)
            self.assertEqual(os.path.realpath(record["info"]["prefix"]), os.path.realpath(prefix), record)
            self.assertEqual([told for told in record["warnings"] if "open" in told and "secret" not in told], [], "reading its own packages is no try")

    def venv(self, *options: str) -> Path:
        folder = self.project / ".venv"
        done = subprocess.run([PYTHON, "-m", "venv", "--without-pip", *options, str(folder)], capture_output=True, text=True)
        if done.returncode != 0:
            self.skipTest("python3-venv is not installed: " + done.stderr)
        return folder

    def test_a_virtual_environment(self):
        folder = self.venv()
        self.packages_of(folder / "bin/python", 2)
        self.judged(str(folder / "bin/python"), 2, folder)

    def test_a_virtual_environment_with_the_systems_packages(self):
        folder = self.venv("--system-site-packages")
        self.packages_of(folder / "bin/python", 3)
        self.judged("../../.venv/bin/python", 3, folder)

    def test_pyenv(self):
        prefix = self.home / ".pyenv/versions/3.99.1"
        self.packages_of(self.standalone(prefix), 4)
        shims = self.home / ".pyenv/shims"
        shims.mkdir()
        (shims / "python").write_text(f'#!/bin/sh\nexec {prefix}/bin/python "$@"\n')
        (shims / "python").chmod(0o755)
        self.env["PATH"] = f"{shims}:/usr/bin:/bin"
        self.judged("python", 4, prefix)

    def test_uv(self):
        base = self.home / ".local/share/uv/python/cpython-3.99.1-linux-x86_64-gnu"
        python = self.standalone(base)
        folder = self.project / ".venv"
        (folder / "bin").mkdir(parents=True)
        (folder / "bin/python").symlink_to(python)
        (folder / "pyvenv.cfg").write_text(f"home = {base}/bin\nimplementation = CPython\nuv = 0.99.0\nversion_info = 3.99.1\ninclude-system-site-packages = false\n")
        packages = folder / "lib" / self.version() / "site-packages"
        packages.mkdir(parents=True)
        (packages / "leanlab_marker.py").write_text("VALUE = 5\n")
        self.judged(str(folder / "bin/python"), 5, folder)

    def test_conda(self):
        prefix = self.home / "miniconda3/envs/lab"
        self.packages_of(self.standalone(prefix), 6)
        (prefix / "conda-meta").mkdir()
        (prefix / "conda-meta/history").write_text("")
        self.judged(str(prefix / "bin/python"), 6, prefix)

    @unittest.skipUnless(os.path.exists("/usr/bin/node"), "node is not installed")
    def test_node_of_nvm(self):
        prefix = self.home / ".nvm/versions/node/v99.1.0"
        (prefix / "bin").mkdir(parents=True)
        shutil.copy("/usr/bin/node", prefix / "bin/node")
        module = prefix / "lib/node_modules/leanlab_marker"
        module.mkdir(parents=True)
        (module / "index.js").write_text("exports.value = 7;\n")
        self.env["PATH"] = f"{prefix}/bin:/usr/bin:/bin"
        evaluator = (
            "const fs = require('fs');\nif (!fs.existsSync(process.argv[2])) { console.error('no such file ' + process.argv[2]); process.exit(2); }\n"
            f"let score = require('{module}').value;\n"
            f"try {{ fs.readFileSync('{self.secret}'); score = -2; }} catch (e) {{}}\n"
            f"try {{ fs.writeFileSync('{module}/index.js', ''); score = -1; }} catch (e) {{}}\n"
            "console.log(JSON.stringify({score}));\n")
        lab = self.lab(files={"evaluation.js": evaluator, "evaluation.sh": None, "validate.sh": None}, eval_cmd="node evaluation.js {file}", validate_cmd=None)
        for tier in self.tiers:
            record = self.json("submit", lab.name, self.candidate(f"{tier}.txt", f"x = {tier}\n"), env={"LEANLAB_FORCE_TIER": tier})["experiments"][0]
            self.assertEqual((record["value"], record["level"], record["tier"]), (7, "in-process", tier), record)


if __name__ == "__main__":
    unittest.main()
