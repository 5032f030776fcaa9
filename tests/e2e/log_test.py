"""`log`: what the evaluator wrote, and --follow, which waits for an experiment that a run is about to judge."""
import unittest

from leanlab_testing import LeanlabTest, wait_until

SLOW = """\
[ -f "$1" ] || exit 2
echo "weighing it" >&2
sleep 1
echo '{"score": 4}'
"""


class Follow(LeanlabTest):
    def setUp(self):
        super().setUp()
        self.numbers = self.lab(files={"evaluation.sh": SLOW})

    def test_waits_until_it_is_judged(self):
        run = self.start("run", "numbers", "--n", 1, "--agent", "command:./propose.sh", "--skip-checks")
        wait_until(lambda: (self.numbers.state / "lock").exists(), "the run")
        done = self.leanlab("log", "numbers/1", "--follow")
        self.assertIn("weighing it", done.out)
        self.finish(run)

    def test_without_a_run_nobody_waits(self):
        self.json("submit", "numbers", self.candidate("a.txt", "x = 1\n"))
        self.assertIn("weighing it", self.leanlab("log", "numbers/1", "--follow").out)
        self.leanlab("log", "numbers/2", "--follow", code=2)


if __name__ == "__main__":
    unittest.main()
