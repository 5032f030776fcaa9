"""A lab folder made by the Python leanlab 0.2.1 is listed, checked, run, submitted to and continued, and its rows keep
their meaning."""
import json
import unittest

from leanlab_testing import LeanlabTest

PYTHON_EVALUATION = '''\
import argparse, importlib.util, json, os, sys
parser = argparse.ArgumentParser()
parser.add_argument("--experiment", required=True)
path = parser.parse_args().experiment
if not os.path.exists(path):
    print(json.dumps({"error": f"not found: {path}"}))
    sys.exit(1)
spec = importlib.util.spec_from_file_location("experiment", path)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
print(json.dumps({"rmse": module.error(), "train_secs": 0.5}))
'''
PYTHON_VALIDATE = '''\
import ast, sys
try:
    names = [n.name for n in ast.parse(open(sys.argv[-1]).read()).body if isinstance(n, ast.FunctionDef)]
    print("VALID" if "error" in names else "INVALID: no error()")
except (OSError, SyntaxError) as problem:
    print(f"INVALID: {problem}")
'''
PROPOSE_PYTHON = r'''#!/bin/sh
cat >/dev/null
n=$(ls experiments | wc -l)
printf '"""Try %s: a smaller error."""\ndef error():\n    return 1.0 / %s\n' "$n" "$n" >experiments/try_$n.py
printf '{"experiment_file": "experiments/try_%s.py", "valid": true, "notes": "smaller"}\n' "$n"
'''


def row(file, rmse, best, notes="first try", ts="2026-06-21T10:00:00+02:00", **more):
    return {"tag": "jun21", "experiment_file": file, "rmse": rmse, **more, "best_so_far": best, "notes": notes, "ts": ts}


# `best_so_far` of 0.2.1 is the mark of a new best.
ROWS = [
    row("experiments/a.py", 0.9, True, train_secs=1.5),
    row("experiments/b.py", None, False, "invalid: NameError: x"),
    row("experiments/c.py", 0.7, True, "second try", train_secs=1.0),
    row("experiments/d.py", 0.8, False, "worse", train_secs=2.0),
]


class Legacy(LeanlabTest):
    def setUp(self):
        super().setUp()
        self.houses = self.lab(
            "houses",
            files={
                "evaluation.sh": None,
                "validate.sh": None,
                "experiments/sample.txt": None,
                "evaluation.py": PYTHON_EVALUATION,
                "validate.py": PYTHON_VALIDATE,
                "experiments/sample.py": '"""The starting point."""\ndef error():\n    return 1.0\n',
                **{r["experiment_file"]: f'"""{r["notes"]}"""\ndef error():\n    return {r["rmse"]}\n' for r in ROWS},
                "results.jsonl": "".join(json.dumps(r) + "\n" for r in ROWS),
                "Director_Notes.md": "Try smaller numbers.\n",
                "Critic_Feedback.md": "",
            },
            objective={"metric": "rmse", "direction": "min"},
            experiments_dir="experiments",
            results_file="results.jsonl",
            validate_cmd="python3 validate.py --experiment {file}",
            eval_cmd="python3 evaluation.py --experiment {file}",
            director_every=5,
            critic_every=5,
            max_fix_calls=3,
        )
        self.houses.write("propose.sh", PROPOSE_PYTHON, 0o755)
        self.env["PATH"] = "/usr/bin:/bin"

    def assert_old_rows_stand(self):
        """The rows of 0.2.1 come first, in their order, with their own values."""
        for old, now in zip(ROWS, self.houses.rows()):
            for key, value in old.items():
                self.assertEqual(now[key], value, f"{key} of {old['experiment_file']}")

    def test_legacy_is_listed(self):
        listed = self.json("list")["labs"]
        self.assertEqual(len(listed), 1)
        self.assertEqual(listed[0]["name"], "houses")
        self.assertEqual(listed[0]["objective"], {"metric": "rmse", "direction": "min"})
        self.assertEqual((listed[0]["experiments"], listed[0]["best"]), (4, 0.7))

    def test_legacy_is_checked(self):
        verdict = self.json("check", "houses", code=None)
        failed = [entry for entry in verdict["checks"] if entry["status"] == "fail"]
        self.assertEqual(failed, [])
        self.assertTrue(verdict["ok"])

    def test_legacy_is_continued_by_a_run(self):
        summary = self.run_lab(self.houses, 2)
        self.assertEqual([record["status"] for record in summary["experiments"]], ["accepted", "accepted"], summary)
        rows = self.houses.rows()
        self.assertEqual(len(rows), 6)
        self.assert_old_rows_stand()
        new = rows[4]
        self.assertTrue({"tag", "experiment_file", "rmse", "train_secs", "best_so_far", "notes", "ts"} <= set(new), new)
        self.assertLess(new["rmse"], 0.7)
        self.assertEqual(self.json("list")["labs"][0]["best"], rows[5]["rmse"])
        self.assertTrue(self.json("verify", "houses")["ok"])

    def test_legacy_is_submitted_to(self):
        worse = self.candidate("worse.py", '"""A worse one."""\ndef error():\n    return 0.75\n')
        better = self.candidate("better.py", '"""A better one."""\ndef error():\n    return 0.5\n')
        summary = self.json("submit", "houses", worse, better)
        self.assertEqual([record["status"] for record in summary["experiments"]], ["rejected", "accepted"], summary)
        self.assertEqual(summary["best"], 0.5)
        rows = self.houses.rows()
        self.assertEqual([r["notes"] for r in rows[4:]], ["A worse one.", "A better one."])
        self.assert_old_rows_stand()

    def test_legacy_rows_are_imported_once(self):
        self.run_lab(self.houses, 1)
        self.run_lab(self.houses, 1)
        self.assertEqual(len(self.houses.rows()), 6)
        self.assert_old_rows_stand()

    def test_legacy_experiment_is_shown(self):
        shown = self.json("show", "houses/3")
        self.assertEqual((shown["experiment_file"], shown["value"]), ("experiments/c.py", 0.7))
        self.assertEqual(self.json("show", "houses/2")["status"], "invalid")

    def test_legacy_rows_survive_rebuild(self):
        self.run_lab(self.houses, 1)
        before = self.houses.rows()
        (self.houses.folder / "results.jsonl").unlink()
        self.leanlab("rebuild", "houses")
        self.assertEqual(self.houses.rows(), before)

    def test_legacy_state_that_was_lost_is_imported_again(self):
        import shutil

        self.run_lab(self.houses, 1)
        before = self.houses.rows()
        shutil.rmtree(self.project / ".leanlab" / "state")
        done = self.leanlab("list")
        self.assertNotIn("tamper", done.text.lower())
        self.run_lab(self.houses, 1)
        rows = self.houses.rows()
        self.assertEqual(len(rows), 6)
        self.assertEqual([r["rmse"] for r in rows[:5]], [r["rmse"] for r in before])

    def test_legacy_prompt_carries_notes_and_memory(self):
        done = self.leanlab("run", "houses", "--dry-run", "--agent", "command:./propose.sh")
        self.assertTrue(done.out.lstrip().startswith("You are the WORKER"), done.out[:200])
        self.assert_explains(done, "Try smaller numbers.", "experiments/c.py")
        self.assertEqual(len(self.houses.rows()), 4, "a dry run spends nothing")

    def test_legacy_book_with_a_torn_last_line(self):
        with open(self.houses.folder / "results.jsonl", "a") as book:
            book.write('{"tag": "jun21", "experiment_file": "experi')
        self.assertEqual(self.json("list")["labs"][0]["experiments"], 4)
        self.run_lab(self.houses, 1)
        self.assertEqual(len(self.houses.rows()), 5)
        self.assert_old_rows_stand()


class ShellLegacy(LeanlabTest):
    def test_legacy_lab_in_shell_runs(self):
        lab = self.lab(files={"results.jsonl": '{"tag": "jun21", "experiment_file": "experiments/a.txt", "score": 0.5, '
                              '"best_so_far": true, "notes": "n", "ts": "2026-06-21T10:00:00+02:00"}\n'})
        summary = self.run_lab(lab, 3)
        self.assertEqual([record["value"] for record in summary["experiments"]], [1, 2, 3], summary)
        self.assertEqual(summary["best"], 3)
        self.assertEqual(len(lab.rows()), 4)

    def test_direction_defaults_to_max(self):
        lab = self.lab(objective={"metric": "score"})
        self.run_lab(lab, 2)
        self.assertEqual(self.json("list")["labs"][0]["objective"]["direction"], "max")
        self.assertEqual(self.json("list")["labs"][0]["best"], 2)


if __name__ == "__main__":
    unittest.main()
