"""The digits lab: its scores are repeatable, its test part stays apart, a broken experiment gets a reason."""
import json
import subprocess
import sys
import unittest

from lab_testing import LabCase

FIXED = """
import numpy
class Estimator:
    def fit(self, X, y):
        return self
    def predict(self, X):
        return {answer}
def build_estimator():
    return Estimator()
"""


class Digits(LabCase):
    lab_name = "digits"

    def fixed(self, answer: str) -> str:
        return self.write('"""Always the same."""' + FIXED.format(answer=answer), "fixed.py")

    def test_sample_scores(self):
        metrics = self.score("experiments/sample.py")
        self.assertGreater(metrics["accuracy"], 0.95)
        self.assertLess(metrics["accuracy"], 0.985)  # there must be something to tune
        self.assertLessEqual(metrics["accuracy_min"], metrics["accuracy"])

    def test_same_seed_same_score_other_seed_other_splits(self):
        def accuracy(seed: str) -> float:
            self.environment["LEANLAB_SEED"] = seed
            return self.score(str(self.lab / "experiments" / "sample.py"))["accuracy"]

        self.assertEqual(accuracy("7"), accuracy("7"))
        self.assertNotEqual(accuracy("7"), accuracy("123456789012"))

    def test_constants_change_the_score(self):
        source = (self.lab / "experiments" / "sample.py").read_text()
        for old, new in (('"linear"', '"rbf"'), ("C = 0.01", "C = 10.0"), ("GAMMA = 0.0001", "GAMMA = 0.3"), ("= True", "= False")):
            self.assertIn(old, source)
            source = source.replace(old, new)
        self.assertGreater(self.score(self.write(source, "better.py"))["accuracy"], 0.985)

    def test_a_guess_scores_as_a_guess(self):
        self.assertAlmostEqual(self.score(self.fixed("numpy.zeros(len(X), int)"))["accuracy"], 0.1, delta=0.02)

    def test_test_part_is_never_used(self):
        code = (
            "import data\n"
            "visible, test = data.held_out_split()\n"
            "key = lambda part: {image.tobytes() for image in part.images}\n"
            "twins = key(visible) & key(test)\n"
            "used = [key(part) for seed in range(5) for part in data.visible_split(seed)]\n"
            "assert len(test.images) == 360 and not any((images & key(test)) - twins for images in used)\n"
            "train, validation = data.visible_split(3)\n"
            "assert len(train.images) + len(validation.images) == len(visible.images) == 1437\n"
        )
        subprocess.run([sys.executable, "-c", code], cwd=self.lab, env=self.environment, check=True, timeout=60)

    def test_holdout_is_apart(self):
        done = subprocess.run(
            [sys.executable, "holdout.py", "--experiment", "experiments/sample.py"],
            cwd=self.lab, env=self.environment, capture_output=True, text=True, timeout=60, check=True,
        )
        self.assertEqual(list(json.loads(done.stdout)), ["holdout_accuracy"])

    def test_missing_file_fails_fast_and_names_it(self):
        text = self.refused("experiments/none.py", "experiments/none.py: no such file")
        self.assertNotIn("--experiment", text)

    def test_broken_experiments_say_why(self):
        self.refused(self.fixed("numpy.zeros((len(X), 2))"), "predict() gave shape")
        self.refused(self.fixed("numpy.array(['1'] * len(X))"), "not numbers")
        self.refused(self.fixed("numpy.zeros(3)"), "predict() gave shape (3,)")
        self.refused(self.write("x = 1\n", "empty.py"), "does not define build_estimator()")
        self.refused(self.write("def build_estimator(): raise ValueError('no luck')\n", "raises.py"), "no luck")

    def test_nan_is_no_digit(self):
        self.assertEqual(self.score(self.fixed("numpy.full(len(X), numpy.nan)"))["accuracy"], 0)

    def test_validator(self):
        self.assertEqual(self.verdict("experiments/sample.py"), "VALID")
        self.assertEqual(self.verdict(self.fixed("1 / 0")), "VALID")
        for source, why in (
            ("def build_estimator(:", "is not Python"),
            ('"""Nothing."""\n', "does not define build_estimator()"),
            ("def build_estimator(): pass\n", "has no docstring"),
            ('"""x"""\ndef build_estimator(a): pass\n', "must take no arguments"),
            ('"""' + "x" * 300_000 + '"""', "larger than 256 KiB"),
        ):
            self.assertIn(why, self.verdict(self.write(source, "bad.py")))
        self.assertIn("no such file", self.verdict("experiments/none.py"))


if __name__ == "__main__":
    unittest.main()
