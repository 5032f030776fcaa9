"""The contract `isolated`: the five-line evaluator, its report, what it may report, and running it by hand."""
import json
import subprocess
import sys
import unittest

from judge_testing import PACKAGE_PARENT, JudgeCase

FIVE_LINES = """
from leanlab_judge import candidate, report

experiment = candidate()
answers = [experiment.square(x) for x in range(10)]
report(score=sum(a == x * x for x, a in enumerate(answers)), label="ok")
"""
EXPERIMENT = "def square(x):\n    return x * x\n"


class Isolated(JudgeCase):
    def test_five_lines_report_through_the_result_channel(self):
        done = self.evaluate_source(FIVE_LINES, EXPERIMENT, "isolated")
        self.assertEqual((done.status, done.out), (0, ""), done.err)
        self.assertEqual(done.frame("hello"), {"version": 1, "contract": "isolated", "language": "python"})
        self.assertEqual(done.frame("result"), {"score": 10, "label": "ok"})
        self.assertGreater(done.frame("stats")["requests"], 10)

    def test_stdout_is_only_a_log(self):
        done = self.evaluate_source("print('{\"score\": 99}')\n" + FIVE_LINES, EXPERIMENT, "isolated")
        self.assertEqual(done.frame("result")["score"], 10)

    def test_a_wrong_candidate_scores_less(self):
        done = self.evaluate_source(FIVE_LINES, "def square(x):\n    return x + x\n", "isolated")
        self.assertEqual(done.frame("result")["score"], 2)

    def test_always_equal_objects_gain_nothing(self):
        source = "class Yes:\n    def __eq__(self, other): return True\ndef square(x): return Yes()\n"
        done = self.evaluate_source(FIVE_LINES, source, "isolated")
        self.assertEqual(done.frame("result")["score"], 0)

    def test_candidate_that_raises_gives_no_result(self):
        done = self.evaluate_source(FIVE_LINES, "def square(x): return [][x]\n", "isolated")
        self.assertNotEqual(done.status, 0)
        self.assertIsNone(done.frame("result"))
        self.assertIn("def square(x): return [][x]", done.err)

    def test_reports_that_are_refused(self):
        for call, why in (
            ("report()", "one to 64 metrics"),
            ("report({str(i): i for i in range(65)})", "one to 64 metrics"),
            ("report(score=float('nan'))", "must be finite"),
            ("report(score=None)", "must be a number"),
            ("report(score=[1])", "must be a number"),
            ("report(label='x' * 20000)", "larger than 16 KiB"),
            ("report(score=1); report(score=2)", "called twice"),
            ("report(score=experiment.square)", "must be a number"),
        ):
            source = f"from leanlab_judge import candidate, report\nexperiment = candidate()\n{call}\n"
            done = self.evaluate_source(source, EXPERIMENT, "isolated")
            self.assertNotEqual(done.status, 0, call)
            self.assertIn(why, done.err)

    def test_numpy_numbers_are_numbers(self):
        source = "import numpy\nfrom leanlab_judge import report\nreport(a=numpy.float32(0.5), b=numpy.int64(3), c=numpy.bool_(True))\n"
        self.assertEqual(self.evaluate_source(source, EXPERIMENT, "isolated").frame("result"), {"a": 0.5, "b": 3, "c": True})

    def test_the_nonce_is_nowhere_else(self):
        source = (
            "import os, sys\nfrom leanlab_judge import candidate, report\nexperiment = candidate()\n"
            "print(dict(os.environ), sys.argv, open('/proc/self/cmdline').read(), open('/proc/self/environ').read())\nreport(score=1)\n"
        )
        done = self.evaluate_source(source, EXPERIMENT, "isolated")
        self.assertEqual(done.status, 0, done.err)
        self.assertNotIn(done.nonce, done.out + done.err)

    def test_another_path_than_the_judged_one_is_refused(self):
        done = self.evaluate_source(FIVE_LINES.replace("candidate()", "candidate('other.py')"), EXPERIMENT, "isolated")
        self.assertIn("is not the experiment that is judged", done.err)


class ByHand(JudgeCase):
    def run_by_hand(self, source: str):
        path = self.folder / "evaluation.py"
        path.write_text(source)
        return subprocess.run(
            [sys.executable, str(path), str(self.write(EXPERIMENT))], capture_output=True, text=True, timeout=60,
            env={**self.environment, "PYTHONPATH": str(PACKAGE_PARENT)},
        )

    def test_without_leanlab_it_runs_apart_and_says_so(self):
        done = self.run_by_hand("import sys\n" + FIVE_LINES.replace("candidate()", "candidate(sys.argv[1])"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout), {"score": 10, "label": "ok"})
        self.assertIn("without a sandbox", done.stderr)

    def test_without_leanlab_the_path_is_needed(self):
        self.assertIn("needs the experiment's path", self.run_by_hand(FIVE_LINES).stderr)
        self.assertIn("none.py: no such file", self.run_by_hand(FIVE_LINES.replace("candidate()", "candidate('none.py')")).stderr)


class Memory(JudgeCase):
    def test_objects_are_released_when_the_judge_drops_them(self):
        source = """
import gc
from leanlab_judge import candidate, report
experiment = candidate()
for _ in range(300):
    thing = experiment.Thing()
    thing.method()
del thing
gc.collect()
report(alive=experiment.alive())
"""
        experiment = """
                import gc
                class Thing:
                    def method(self): return 1
                def alive(): return sum(isinstance(o, Thing) for o in gc.get_objects())
"""
        self.assertLessEqual(self.evaluate_source(source, experiment, "isolated").frame("result")["alive"], 3)


class WithoutNumpy(JudgeCase):
    def test_plain_values_need_no_numpy(self):
        block = "import sys\nsys.modules['numpy'] = None\n"
        done = self.evaluate_source(block + FIVE_LINES, block + EXPERIMENT, "isolated")
        self.assertEqual(done.frame("result")["score"], 10, done.err)

    def test_an_array_without_numpy_is_a_clear_error(self):
        block = "import sys\nsys.modules['numpy'] = None\n"
        experiment = "import numpy\ndef square(x): return numpy.zeros(3)\n"
        done = self.evaluate_source(block + FIVE_LINES, experiment, "isolated")
        self.assertIn("numpy is not installed here", done.err)


if __name__ == "__main__":
    unittest.main()
