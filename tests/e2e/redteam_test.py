"""leanlab redteam: the corpus of attacks through the real `submit`, in each tier that this machine offers."""
import json
import os
import shutil
import subprocess
import unittest
from pathlib import Path

from leanlab_testing import BIN, LeanlabTest, as_nobody, needs_root

# One of each kind that matters most; all of them are in the full cases.
SAMPLE = ["print-score", "read-by-path", "float-with-overloads", "reply-unasked", "change-lab", "leave-files", "daemon", "sockets",
          "path-link-to-device", "mean", "least-squares"]
LONG = 3000  # seconds; only a hang needs them


class Redteam(LeanlabTest):
    def tiers(self):
        reasons = self.json("doctor")
        if reasons["tier"] == "C":
            self.skipTest("this machine offers tier C only: " + "; ".join(reasons["reasons"]))
        return [tier for tier in "AB" if f"no tier {tier}" not in " ".join(reasons["reasons"])]

    def everything_held(self, report, least):
        self.assertEqual([attack for attack in report["attacks"] if not attack["held"]], [])
        self.assertEqual(report["false_alarms"], [])
        self.assertEqual(report["held"], report["tried"])
        self.assertGreaterEqual(report["tried"], least)

    def sample(self, **options):
        words = [word for name in SAMPLE for word in ("-k", name)]
        return self.json("redteam", *words, timeout=LONG, **options)

    def test_a_sample_of_the_corpus_holds(self):
        tiers = self.tiers()
        report = self.sample()
        self.everything_held(report, len(tiers) * (len(SAMPLE) - 2))
        self.assertEqual(report["tiers"], tiers)
        self.assertEqual(set(report["attacks"][0]) >= {"name", "class", "held", "what"}, True)

    @needs_root
    def test_a_sample_holds_for_an_ordinary_user(self):
        self.tiers()
        for folder in (self.temp, self.home, self.temp / "tmp", self.project, self.project / ".leanlab"):
            folder.chmod(0o777)
        folder = Path(BIN).parent
        if subprocess.run(as_nobody(["test", "-r", folder]), check=False).returncode != 0:
            self.skipTest(f"an ordinary user cannot read {folder}: the clone lies in a closed folder")
        process = self.start_as_nobody("redteam", "--json", *[word for name in SAMPLE for word in ("-k", name)])
        done = self.finish(process, code=None, timeout=LONG)
        if "Permission denied" in done.err and not done.out:
            self.skipTest("an ordinary user cannot run the binary where it lies: " + done.err)
        self.assertEqual(done.code, 0, done)
        self.everything_held(json.loads(done.out), len(SAMPLE) - 2)

    def start_as_nobody(self, *args):
        return subprocess.Popen(as_nobody([BIN, *args]), cwd=self.project, env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, encoding="utf-8", errors="replace")

    def test_the_table_names_what_held(self):
        self.tiers()
        done = self.leanlab("redteam", "-k", "print-score", "-k", "predict-nan", timeout=LONG)
        self.assert_explains(done, "print-score", "held", "score unmoved", "not covered")

    def test_the_list_says_what_each_tries(self):
        done = self.leanlab("redteam", "--list")
        self.assertGreaterEqual(len([line for line in done.out.splitlines() if line.startswith("  ")]), 60)
        self.assertNotIn("\x1b", done.out)

    def test_words_that_match_nothing(self):
        self.leanlab("redteam", "-k", "no such attack", code=2)
        self.leanlab("redteam", "--tier", "C", code=2)

    def test_what_gets_through_is_said_and_ends_with_6(self):
        # A copy of the corpus in which an attack claims a verdict that it does not get.
        self.tiers()
        share = self.temp / "share-test"
        root = next(folder for folder in [*os.path.realpath(BIN).split("/bin/")[:1], *map(str, self.folders_above())] if os.path.isdir(folder + "/redteam/attacks"))
        binary = share / "bin" / "leanlab"
        binary.parent.mkdir(parents=True)
        shutil.copy2(BIN, binary)
        helper = next(path for path in self.helpers() if os.path.exists(path))
        shutil.copy2(helper, binary.parent / "leanlab-sandbox")
        for part in ("redteam", "python", "labs", "roles"):
            if os.path.isdir(f"{root}/{part}"):
                shutil.copytree(f"{root}/{part}", share / "share" / "leanlab" / part)
        attacks = share / "share" / "leanlab" / "redteam" / "attacks"
        for path in attacks.iterdir():
            if path.name != "print-score.py":
                path.unlink()
        text = (attacks / "print-score.py").read_text()
        (attacks / "print-score.py").write_text(text.replace("return [self.mean]", "return [0.0]"))
        done = subprocess.run([binary, "redteam", "--json", "-k", "print-score"], cwd=self.project, env=self.env, capture_output=True, text=True, timeout=LONG)
        self.assertEqual(done.returncode, 6, done.stdout + done.stderr)
        report = json.loads(done.stdout)
        self.assertFalse(report["attacks"][0]["held"])
        self.assertIn("must be unmoved", report["attacks"][0]["what"])

    def folders_above(self):
        folder = os.path.dirname(os.path.realpath(BIN))
        while folder != "/":
            yield folder
            folder = os.path.dirname(folder)

    def helpers(self):
        for folder in self.folders_above():
            for path in ("leanlab-sandbox", "src/sandbox/helper/leanlab-sandbox", "libexec/leanlab/leanlab-sandbox", "sandbox/helper/leanlab-sandbox"):
                yield f"{folder}/{path}"

    def test_full_all_of_the_corpus_proxied(self):
        tiers = self.tiers()
        self.everything_held(self.json("redteam", timeout=LONG, code=None), 100 * len(tiers))

    def test_full_all_of_the_corpus_isolated(self):
        tiers = self.tiers()
        self.everything_held(self.json("redteam", "--level", "isolated", timeout=LONG, code=None), 100 * len(tiers))


if __name__ == "__main__":
    unittest.main()
