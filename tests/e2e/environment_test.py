"""Odd machines: a clock that goes backwards, `python` that is a pyenv shim, a bare environment, git around the project."""
import os
import shutil
import subprocess
import unittest

from leanlab_testing import LeanlabTest


class Clock(LeanlabTest):
    @unittest.skipIf(shutil.which("faketime") is None, "faketime is not installed")
    def test_a_clock_that_went_backwards(self):
        lab = self.lab()
        self.run_lab(lab, 1)
        earlier = {"LD_PRELOAD": self.faketime_library(), "FAKETIME": "-400d", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        done = self.leanlab("run", "numbers", "--n", 2, "--agent", "command:./propose.sh", env=earlier)
        self.assertEqual(len(lab.rows()), 3, str(done))
        self.assert_book_is_sound(lab, 3)
        numbers = [self.json("show", f"numbers/{n}")["experiment_file"] for n in (1, 2, 3)]
        self.assertEqual(numbers, [row["experiment_file"] for row in lab.rows()], "order is by the ledger, not by the clock")
        self.leanlab("check", "numbers", env=earlier)

    def faketime_library(self) -> str:
        out = subprocess.run(["faketime", "now", "sh", "-c", "echo $LD_PRELOAD"], capture_output=True, text=True, check=True).stdout
        return out.strip().split(":")[-1]


class Interpreters(LeanlabTest):
    def python_lab(self, command: str):
        return self.lab(
            files={
                "evaluation.py": "import os, sys, json\npath = sys.argv[1]\n"
                "if not os.path.exists(path):\n    sys.exit(f'no such experiment: {path}')\n"
                "print(json.dumps({'score': float(open(path).read().split('=')[1])}))\n"
            },
            eval_cmd=f"{command} evaluation.py {{file}}",
        )

    def shim(self, text: str):
        """A pyenv-like folder of shims that comes first on PATH."""
        shims = self.home / ".pyenv" / "shims"
        shims.mkdir(parents=True)
        (shims / "python").write_text(text)
        (shims / "python").chmod(0o755)
        self.env["PATH"] = f"{shims}:/usr/bin:/bin"
        self.env["PYENV_ROOT"] = str(self.home / ".pyenv")

    def test_python_that_is_a_shim_is_resolved_to_the_real_one(self):
        self.shim('#!/usr/bin/env bash\nexec /usr/bin/python3 "$@"\n')
        lab = self.python_lab("python")
        summary = self.run_lab(lab, 2)
        self.assertEqual([record["value"] for record in summary["experiments"]], [1, 2], summary)
        self.assert_explains(self.leanlab("check", "numbers"), "/usr/bin/python3")

    def test_a_shim_that_fails_is_told_with_what_is_taken_in_its_place(self):
        self.shim("#!/usr/bin/env bash\necho \"pyenv: version '3.99' is not installed\" >&2\nexit 1\n")
        self.python_lab("python")
        self.assert_explains(self.leanlab("check", "numbers"), "3.99", "/usr/bin/python3")

    def test_a_python_that_runs_nowhere_is_explained(self):
        self.shim("#!/bin/sh\necho \"pyenv: version '3.99' is not installed\" >&2\nexit 1\n")
        shutil.copy(self.home / ".pyenv/shims/python", self.home / ".pyenv/shims/python3")
        self.python_lab("python")
        done = self.leanlab("check", "numbers", code=3)
        self.assert_explains(done, "3.99", "lab.json")

    def test_a_virtual_environment_in_the_project(self):
        made = subprocess.run(["/usr/bin/python3", "-m", "venv", "--without-pip", self.project / ".venv"], capture_output=True)
        if made.returncode != 0:
            self.skipTest("python3 -m venv does not work here")
        lab = self.python_lab("../../.venv/bin/python")
        self.assertEqual(self.run_lab(lab, 1)["experiments"][0]["value"], 1)


class Surroundings(LeanlabTest):
    def test_a_bare_environment(self):
        lab = self.lab()
        self.env = {"PATH": "/usr/bin:/bin", "LEANLAB_TEST_MARK": self.mark}
        self.run_lab(lab, 1)
        self.assert_book_is_sound(lab, 1)

    def test_children_get_utc_and_c_utf8(self):
        lab = self.lab()
        lab.write(
            "evaluation.sh",
            '[ -f "$1" ] || exit 2\n[ "$LANG$LC_ALL" != "" ] && [ "$(date +%Z)" = UTC ] || { env >&2; exit 1; }\necho \'{"score": 1}\'\n',
        )
        summary = self.run_lab(lab, 1, env={"TZ": "Asia/Tokyo", "LC_ALL": "de_DE.UTF-8"})
        self.assertEqual(summary["experiments"][0]["status"], "accepted", summary)

    def test_secrets_do_not_reach_the_evaluator(self):
        lab = self.lab()
        lab.write("evaluation.sh", '[ -f "$1" ] || exit 2\n[ -z "$MY_SECRET_KEY" ] || exit 1\necho \'{"score": 1}\'\n')
        summary = self.run_lab(lab, 1, env={"MY_SECRET_KEY": "hush"})
        self.assertEqual(summary["experiments"][0]["status"], "accepted", summary)

    def test_the_evaluators_stdin_is_closed(self):
        lab = self.lab()
        lab.write("evaluation.sh", '[ -f "$1" ] || exit 2\nread line && exit 1\necho \'{"score": 1}\'\n')
        self.assertEqual(self.run_lab(lab, 1)["experiments"][0]["status"], "accepted")

    def test_state_stays_out_of_git(self):
        subprocess.run(["git", "init", "-q", self.project], check=True, env={**os.environ, "HOME": str(self.home)})
        lab = self.lab()
        self.run_lab(lab, 1)
        listed = subprocess.run(
            ["git", "-C", self.project, "status", "--porcelain", "-uall"], capture_output=True, text=True, check=True
        ).stdout
        self.assertNotIn(".leanlab/state", listed)
        self.assertIn("results.jsonl", listed)


if __name__ == "__main__":
    unittest.main()
