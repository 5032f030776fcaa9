"""`cmake --install` gives a tree that works by itself: binaries, labs, man pages, completions."""
import os
import subprocess
import unittest
from pathlib import Path

import leanlab_testing
from leanlab_testing import LeanlabTest


def build_folder() -> Path:
    return next(folder for folder in Path(leanlab_testing.BIN).resolve().parents if (folder / "CMakeCache.txt").exists())


class Installed(LeanlabTest):
    def setUp(self):
        super().setUp()
        self.prefix = self.temp / "prefix with a blank"
        done = subprocess.run(["cmake", "--install", build_folder(), "--prefix", self.prefix], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_what_is_installed(self):
        for path in (
            "bin/leanlab",
            "share/leanlab/labs/matmul/lab.json",
            "share/man/man1/leanlab.1",
            "share/bash-completion/completions/leanlab",
            "share/zsh/site-functions/_leanlab",
            "share/fish/vendor_completions.d/leanlab.fish",
        ):
            self.assertTrue((self.prefix / path).exists(), f"{path} is missing; there are: {sorted(self.listing())}")
        self.assertTrue(any(name.endswith("leanlab-sandbox") for name in self.listing()))

    def listing(self) -> list:
        return [str(p.relative_to(self.prefix)) for p in self.prefix.rglob("*") if p.is_file()]

    def test_the_installed_binary_works_without_the_build_tree(self):
        lab = self.lab()
        before, leanlab_testing.BIN = leanlab_testing.BIN, str(self.prefix / "bin" / "leanlab")
        try:
            self.run_lab(lab, 2)
            self.assert_book_is_sound(lab, 2)
            self.leanlab("init", "product", "--template", "matmul")
            self.assertTrue((self.project / ".leanlab" / "product" / "lab.json").exists())
        finally:
            leanlab_testing.BIN = before

    def test_the_installed_judge_is_found(self):
        lab = self.lab(
            "apart",
            files={"evaluation.py": "from leanlab_judge import candidate, report\nreport(score=candidate().value())\n",
                   "experiments/sample.py": "def value():\n    return 1\n"},
            eval_cmd="/usr/bin/python3 evaluation.py {file}", validate_cmd=None,
        )
        before, leanlab_testing.BIN = leanlab_testing.BIN, str(self.prefix / "bin" / "leanlab")
        try:
            summary = self.json("submit", lab.name, self.candidate("two.py", "def value():\n    return 2\n"))
        finally:
            leanlab_testing.BIN = before
        self.assertEqual(summary["experiments"][0]["value"], 2, summary)

    def test_nothing_installed_names_the_build_folder(self):
        name = os.fsencode(str(build_folder()))
        for path in self.prefix.rglob("*"):
            if path.is_file() and path.suffix in ("", ".json", ".1", ".fish"):
                self.assertNotIn(name, path.read_bytes() if path.stat().st_size < 1 << 20 else b"", str(path))


if __name__ == "__main__":
    unittest.main()
