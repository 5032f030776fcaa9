"""The house-prices lab: preparing the data, the known scores, and what a user sees when the data are not there.

The real data are too large for the repository: LEANLAB_TEST_DATA names a folder with california-housing.csv.
"""
import os
import subprocess
import sys
import unittest
from pathlib import Path

from lab_testing import LabCase

HEADER = (
    "longitude,latitude,housing_median_age,total_rooms,total_bedrooms,population,households,median_income,"
    "median_house_value,ocean_proximity\n"
)
LINEAR = '"""Least squares."""\nfrom sklearn.linear_model import LinearRegression\ndef build_estimator():\n    return LinearRegression()\n'


class HousePricesCase(LabCase):
    lab_name = "house-prices"

    def prepare(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "prepare.py", *arguments], cwd=self.lab, env=self.environment, capture_output=True, text=True, timeout=120
        )

    def small_csv(self) -> str:
        """Sixty made-up districts, one of them without bedrooms."""
        rows = [
            f"{-122 + i / 30},{34 + i % 7},{10 + i % 40},{800 + 13 * i},{'' if i == 5 else 150 + i},{900 - i},{200 + i % 9},{1 + i % 8},{90000 + 3000 * i},INLAND\n"
            for i in range(60)
        ]
        path = self.scratch / "small housing.csv"
        path.write_text(HEADER + "".join(rows))
        return str(path)


class Prepare(HousePricesCase):
    def test_csv_becomes_the_cache_of_sklearn(self):
        done = self.prepare("--csv", self.small_csv())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("has 60 rows, the census has 20640", done.stderr)
        code = (
            "from sklearn.datasets import fetch_california_housing as fetch\n"
            "X, y = fetch(data_home='data/scikit_learn_data', download_if_missing=False, return_X_y=True)\n"
            "assert X.shape == (60, 8) and y[1] == 0.93, (X.shape, y)\n"
            "assert X[5, 3] == 537.9 / 205 and X[6, 3] == 156 / 206 and X[6, 5] == 894 / 206, X[5:7]\n"
            "assert X[3, 0] == 4 and X[3, 6] == 37 and X[3, 7] == -122 + 0.1, X[3]\n"
        )
        subprocess.run([sys.executable, "-c", code], cwd=self.lab, env=self.environment, check=True, timeout=60)

    def test_scores_without_network_from_a_named_folder(self):
        self.environment["SCIKIT_LEARN_DATA"] = str(self.scratch / "elsewhere")
        self.assertEqual(self.prepare("--csv", self.small_csv()).returncode, 0)
        self.assertFalse((self.lab / "data").exists())
        self.assertEqual(sorted(path.name for path in (self.scratch / "elsewhere").iterdir()), ["cal_housing_py3.pkz"])
        self.assertIn("r2", self.score(self.write(LINEAR, "linear.py")))

    def test_the_labs_own_data_are_found_when_the_named_folder_has_none(self):
        self.assertEqual(self.prepare("--csv", self.small_csv()).returncode, 0)
        self.environment["SCIKIT_LEARN_DATA"] = str(self.scratch)
        self.assertIn("r2", self.score(self.write(LINEAR, "linear.py")))

    def test_bad_csv_says_where(self):
        path = self.scratch / "bad.csv"
        for text, why in (
            (HEADER + "1,2,3,4,5,6,7,8,many,X\n", "line 2: median_house_value is 'many'"),
            (HEADER + "1,2,3,4,5,6,7,inf,9,X\n", "line 2: median_income is 'inf'"),
            ("a,b\n1,2\n", "its first line lacks median_house_value"),
        ):
            path.write_text(text)
            done = self.prepare("--csv", str(path))
            self.assertEqual(done.returncode, 1)
            self.assertIn(why, done.stderr)
        self.assertIn("No such file", self.prepare("--csv", "none.csv").stderr)
        self.assertFalse((self.lab / "data").exists())


class WithoutData(HousePricesCase):
    def test_missing_data_name_the_command(self):
        text = self.refused("experiments/sample.py", "the data are in none of", "prepare.py [--csv FILE]")
        self.assertNotIn("Traceback", text)

    def test_missing_file_fails_fast_and_names_it(self):
        text = self.refused("experiments/none.py", "experiments/none.py: no such file")
        self.assertNotIn("--experiment", text)

    def test_validator(self):
        self.assertEqual(self.verdict("experiments/sample.py"), "VALID")
        self.assertIn("no such file", self.verdict("experiments/none.py"))
        self.assertIn("does not define build_estimator()", self.verdict(self.write('"""x"""\n', "bad.py")))

    def test_broken_experiments_say_why(self):
        self.prepare("--csv", self.small_csv())
        body = '"""x"""\nclass E:\n    def fit(self, X, y): return self\n    def predict(self, X): return {}\ndef build_estimator(): return E()\n'
        self.refused(self.write(body.format("X"), "shape.py"), "predict() gave shape (15, 8) for 15 rows")
        self.refused(self.write(body.format("[float('nan')] * len(X)"), "nan.py"), "not finite")
        self.refused(self.write("y = 1\n", "empty.py"), "does not define build_estimator()")


class WithRealData(HousePricesCase):
    def setUp(self) -> None:
        folder = os.environ.get("LEANLAB_TEST_DATA")
        if not folder:
            self.skipTest("LEANLAB_TEST_DATA is not set")
        csv = Path(folder) / "california-housing.csv"
        if not csv.is_file():
            self.skipTest(f"there is no {csv.name} in LEANLAB_TEST_DATA")
        super().setUp()
        done = self.prepare("--csv", str(csv))
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_known_scores(self):
        metrics = self.score("experiments/sample.py")
        self.assertAlmostEqual(metrics["rmse"], 0.4636, delta=0.004)
        self.assertAlmostEqual(metrics["r2"], 0.8375, delta=0.004)
        self.assertGreater(metrics["overfit_gap"], 0)
        self.assertAlmostEqual(self.score(self.write(LINEAR, "linear.py"))["rmse"], 0.8689, delta=0.004)

    def test_constants_change_the_score(self):
        source = (self.lab / "experiments" / "sample.py").read_text()
        for old, new in (("TREES = 100", "TREES = 400"), ("ROTATE = False", "ROTATE = True"), ("ANGLES = 2", "ANGLES = 5")):
            self.assertIn(old, source)
            source = source.replace(old, new)
        self.assertLess(self.score(self.write(source, "better.py"))["rmse"], 0.445)


if __name__ == "__main__":
    unittest.main()
