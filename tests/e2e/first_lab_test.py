"""docs/first-lab.md, typed word by word."""
import json
import re
import subprocess
import unittest
from pathlib import Path

import leanlab_testing
from leanlab_testing import LeanlabTest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "first-lab.md"


class FirstLab(LeanlabTest):
    def test_every_command_of_the_tutorial_works(self):
        blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)
        self.assertGreater(len(blocks), 8)
        self.env["PATH"] = f"{Path(leanlab_testing.BIN).resolve().parent}:/usr/bin:/bin"
        folder = self.temp / "somewhere"
        folder.mkdir()
        done = subprocess.run(
            ["bash", "-e", "-c", "\n".join(blocks)], cwd=folder, env=self.env, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=240,
        )
        self.assertEqual(done.returncode, 0, f"{done.stdout}\n{done.stderr}")
        rows = [json.loads(line) for line in (folder / "sine/.leanlab/sine/results.jsonl").read_text().splitlines()]
        self.assertEqual(len(rows), 36)
        self.assertLess(min(row["error"] for row in rows[:30] if row["error"] is not None), 0.02, "the tuner found nothing")
        self.assertNotIn(None, [row["error"] for row in rows], "an experiment of the tutorial is invalid")


if __name__ == "__main__":
    unittest.main()
