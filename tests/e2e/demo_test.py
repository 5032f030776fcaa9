"""`leanlab demo`, which a stranger sees first: it needs nothing, every experiment gets a score, and its book holds."""
import shutil
import unittest

from leanlab_testing import LeanlabTest


@unittest.skipIf(shutil.which("g++") is None, "g++ is not installed")
class Demo(LeanlabTest):
    def test_the_demonstration_scores_what_it_makes(self):
        summary = self.json("demo", "--n", 2)
        self.assertEqual([record["reason"] for record in summary["experiments"]], [None, None])
        self.assertGreater(summary["best"], 0)
        self.assertTrue(self.json("verify", "matmul", cwd=self.project / "leanlab-demo")["ok"])


if __name__ == "__main__":
    unittest.main()
