"""Completions and man pages, as shells and man really take them."""
import os
import shlex
import shutil
import subprocess
import unittest
from pathlib import Path

import leanlab_testing
from leanlab_testing import LeanlabTest


class Completions(LeanlabTest):
    def setUp(self):
        super().setUp()
        folder = str(Path(leanlab_testing.BIN).resolve().parent)
        self.env["PATH"] = folder + os.pathsep + self.env["PATH"]

    def shell(self, *argv) -> str:
        done = subprocess.run(argv, cwd=self.project, env=self.env, capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        return done.stdout

    def bash(self, *words) -> list:
        script = (
            "source <(leanlab completions bash); COMP_WORDS=(" + " ".join(map(shlex.quote, words)) + "); "
            f'COMP_CWORD={len(words) - 1}; _leanlab; printf "%s\\n" "${{COMPREPLY[@]}}"'
        )
        return self.shell("bash", "--norc", "-c", script).split()

    def test_bash_completes_commands(self):
        self.assertEqual(self.bash("leanlab", "comp"), ["completions"])
        self.assertIn("help", self.bash("leanlab", ""))
        self.assertNotIn("gate", self.bash("leanlab", ""), "what is not built yet is not offered")

    def test_bash_completes_options_and_their_values(self):
        self.assertIn("--json", self.bash("leanlab", "help", "--j"))
        self.assertEqual(self.bash("leanlab", "help", "--format", "ma"), ["markdown", "man"])
        self.assertEqual(self.bash("leanlab", "--color", "n"), ["never"])
        self.assertEqual(self.bash("leanlab", "--color", "never", "completions", "z"), ["zsh"])
        self.assertEqual(self.bash("leanlab", "help", "--format", "man", "completi"), ["completions"])

    def test_bash_syntax(self):
        self.shell("bash", "-n", "-c", self.leanlab("completions", "bash").out)

    @unittest.skipIf(shutil.which("zsh") is None, "zsh is not installed")
    def test_zsh_takes_the_script(self):
        script = "autoload -U compinit; compinit -u -D; source <(leanlab completions zsh); print ${_comps[leanlab]}"
        self.assertEqual(self.shell("zsh", "-f", "-c", script).strip(), "_leanlab")

    @unittest.skipIf(shutil.which("fish") is None, "fish is not installed")
    def test_fish_completes(self):
        offered = self.shell("fish", "--no-config", "-c", "leanlab completions fish | source; complete -C 'leanlab comp'")
        self.assertTrue(offered.startswith("completions"), offered)


class ManPages(LeanlabTest):
    @unittest.skipIf(shutil.which("groff") is None, "groff is not installed")
    def test_groff_has_nothing_to_complain_about(self):
        for page in ("leanlab", "help", "completions", "exit-codes"):
            source = self.leanlab("help", page, "--format", "man").out
            done = subprocess.run(
                ["groff", "-man", "-Tutf8", "-ww", "-z"], input=source, capture_output=True, text=True, timeout=60
            )
            self.assertEqual((done.returncode, done.stderr), (0, ""), page)


if __name__ == "__main__":
    unittest.main()
