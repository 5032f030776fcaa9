"""Errors in lab.json: a wrong one names file, line and column with a caret, and the next thing to do."""
import re
import unittest

from leanlab_testing import LeanlabTest

GOOD = """\
{
  "name": "numbers",
  "description": "the largest x",
  "objective": {"metric": "score", "direction": "max"},
  "validate_cmd": "sh validate.sh {file}",
  "eval_cmd": "sh evaluation.sh {file}"
}
"""


class Config(LeanlabTest):
    def broken(self, old: str, new: str, code=3):
        """`check` of a lab whose lab.json has `new` in place of `old`."""
        self.assertIn(old, GOOD)
        lab = self.lab()
        lab.write("lab.json", GOOD.replace(old, new))
        return self.leanlab("check", "numbers", code=code)

    def assert_points_at(self, done, line: int, *words):
        self.assert_explains(done, f"lab.json:{line}:", *words)
        caret = [text for text in done.text.splitlines() if re.fullmatch(r"[\s|0-9]*\^[~^]*\s*.*", text) and "^" in text]
        self.assertTrue(caret, f"no caret\n{done}")

    def test_broken_json(self):
        self.assert_points_at(self.broken('"score", "direction"', '"score" "direction"'), 4)

    def test_a_trailing_comma(self):
        self.assert_points_at(self.broken('{file}"\n}', '{file}",\n}'), 7)

    def test_a_wrong_type(self):
        self.assert_points_at(self.broken('"sh evaluation.sh {file}"', "5"), 6, "eval_cmd", "text")

    def test_a_wrong_type_deep_inside(self):
        self.assert_points_at(self.broken('"metric": "score"', '"metric": ["score"]'), 4, "metric", "text")

    def test_a_direction_that_is_none(self):
        self.assert_points_at(self.broken('"max"', '"maximum"'), 4, "maximum", "max")

    def test_a_missing_field(self):
        done = self.broken(',\n  "eval_cmd": "sh evaluation.sh {file}"', "")
        self.assert_explains(done, "eval_cmd")

    def test_a_duplicate_key(self):
        self.assert_points_at(self.broken('"name": "numbers"', '"name": "numbers", "name": "other"'), 2, "name")

    def test_nan_in_the_file(self):
        self.assert_points_at(self.broken('"description": "the largest x"', '"director_every": NaN'), 3, "nan")

    def test_an_unknown_field_is_a_warning_with_the_nearest_known_one(self):
        done = self.broken('"description"', '"critic_evry": 3,\n  "description"', code=None)
        self.assertIn(done.code, (0,), str(done))
        self.assert_explains(done, "critic_evry", "critic_every")

    def test_a_field_that_is_not_built_yet_is_an_error_that_says_so(self):
        done = self.broken('"description"', '"executor": {"slurm": {}},\n  "description"')
        self.assert_explains(done, "executor")

    def test_an_unclosed_quote_in_a_command(self):
        done = self.broken("sh evaluation.sh {file}", "sh 'evaluation.sh {file}")
        self.assert_explains(done, "eval_cmd", "unclosed")

    def test_a_missing_evaluator(self):
        lab = self.lab()
        (lab.folder / "evaluation.sh").unlink()
        self.assert_explains(self.leanlab("check", "numbers", code=3), "evaluation.sh")

    def test_a_missing_program(self):
        self.lab(eval_cmd="no-such-program {file}")
        self.assert_explains(self.leanlab("check", "numbers", code=3), "no-such-program")

    def test_an_evaluator_that_ignores_the_files_absence(self):
        self.lab(files={"evaluation.sh": "echo '{\"score\": 1}'\n"})
        self.assert_explains(self.leanlab("check", "numbers", code=None), "exist")

    def test_a_lab_json_that_is_missing(self):
        lab = self.lab()
        (lab.folder / "lab.json").unlink()
        self.assert_explains(self.leanlab("check", "numbers", code=None), "lab.json")

    def test_a_healthy_lab_passes(self):
        self.lab()
        verdict = self.json("check", "numbers")
        self.assertTrue(verdict["ok"], verdict)
        self.assertTrue(all(entry["status"] in ("ok", "warn") for entry in verdict["checks"]))
        self.assertTrue(all(set(entry) >= {"name", "status", "message"} for entry in verdict["checks"]))


if __name__ == "__main__":
    unittest.main()
