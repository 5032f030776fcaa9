"""`log`: what the evaluator wrote, and --follow, which waits for an experiment that a run is about to judge."""
import signal
import threading
import unittest

from leanlab_testing import TIME_LIMIT_S, LeanlabTest, wait_until

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

    def wait_for_line(self, process, word: str):
        """Reads what `process` prints until a line holds `word`; a process that says nothing more is ended, and fails."""
        patience = threading.Timer(TIME_LIMIT_S, process.kill)
        patience.start()
        self.addCleanup(patience.cancel)
        for line in process.stdout:
            if word in line:
                patience.cancel()
                return
        self.fail(f"it ended before it showed {word!r}: {process.stderr.read()}")

    def test_an_evaluation_is_shown_while_it_runs(self):
        self.numbers.write("evaluation.sh", '[ -f "$1" ] || exit 2\necho "weighing it"\n'
                           'sleep 300\necho done\necho \'{"score": 4}\'\n')
        self.numbers.configure(judge="in-process", limits={"seconds": 400})
        run = self.start("run", "numbers", "--n", 1, "--agent", "command:./propose.sh", "--skip-checks")
        wait_until(lambda: (self.numbers.state / "live" / "1.log").exists(), "the evaluation")
        follow = self.start("log", "numbers/1", "--follow")
        self.wait_for_line(follow, "weighing it")  # which the evaluator says long before it ends
        self.assertIsNone(run.poll())
        run.send_signal(signal.SIGINT)
        self.finish(run, code=8)
        self.finish(follow)

    def test_a_turn_is_shown_while_it_runs(self):
        gate = self.temp / "gate"
        self.numbers.write("slow.sh", f"#!/bin/sh\ncat >/dev/null\necho 'looking around'\nwhile [ ! -e {gate} ]; do sleep 0.1; done\n"
                           "echo 'x = 1' >experiments/a.txt\necho 'wrote it'\n", 0o755)
        self.env["LEANLAB_FORCE_TIER"] = "C"  # where the agent sees the gate
        run = self.start("run", "numbers", "--n", 1, "--agent", "command:./slow.sh", "--skip-checks")
        self.addCleanup(run.kill)
        live = self.numbers.state / "live"
        turn = wait_until(lambda: [path.stem for path in live.glob("s-*.log")], "the turn")[0]
        self.assertIn(f"log {turn} --follow", self.leanlab("log", "numbers").out)
        follow = self.start("log", turn, "--follow")
        self.addCleanup(follow.kill)
        self.wait_for_line(follow, "looking around")
        self.assertIsNone(run.poll())
        gate.touch()
        self.assertIn("wrote it", self.finish(follow).out)
        self.finish(run)
        self.assertEqual(list(live.glob("*")), [])

    def test_without_a_run_nobody_waits(self):
        self.json("submit", "numbers", self.candidate("a.txt", "x = 1\n"))
        self.assertIn("weighing it", self.leanlab("log", "numbers/1", "--follow").out)
        self.leanlab("log", "numbers/2", "--follow", code=2)


if __name__ == "__main__":
    unittest.main()
