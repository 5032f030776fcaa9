"""The command line: exit codes, suggestions, what goes to stdout and what to stderr, and the shapes of --json."""
import json
import re
import unittest

from leanlab_testing import LeanlabTest


class CommandLine(LeanlabTest):
    def test_version(self):
        self.assertRegex(self.leanlab("--version").out, r"^leanlab \d+\.\d+\.\d+")

    def test_help_lists_the_commands(self):
        text = self.leanlab("help").out
        for command in ("init", "check", "run", "submit", "list", "show", "verify", "demo", "doctor"):
            self.assertRegex(text, rf"(?m)^\s*{command}\b")

    def test_every_command_explains_itself(self):
        for command in re.findall(r"(?m)^  ([a-z]+) {2,}\S", self.leanlab("help").out):
            with self.subTest(command=command):
                self.assertGreater(len(self.leanlab(command, "--help").out), 80)

    def test_help_of_exit_codes(self):
        text = self.leanlab("help", "exit-codes").out
        for code in ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "70"):
            self.assertRegex(text, rf"\b{code}\b")

    def test_no_command_is_a_usage_error_or_help(self):
        self.assertIn(self.leanlab(code=None).code, (0, 2))

    def test_a_misspelt_command_gets_a_suggestion(self):
        self.assert_explains(self.leanlab("lsit", code=2), "list")

    def test_a_misspelt_lab_gets_a_suggestion(self):
        self.lab("numbers")
        for command in ("check", "run", "lock", "verify"):
            self.assert_explains(self.leanlab(command, "nubmers", code=2), "numbers")

    def test_a_misspelt_flag_gets_a_suggestion(self):
        self.lab("numbers")
        self.assert_explains(self.leanlab("run", "numbers", "--paralel", "2", code=2), "--parallel")

    def test_no_lab_at_all_names_the_next_command(self):
        self.assert_explains(self.leanlab("run", "numbers", code=2), "leanlab init")

    def test_a_bad_number(self):
        self.lab("numbers")
        self.leanlab("run", "numbers", "--n", "many", code=2)
        self.leanlab("run", "numbers", "--n", "-1", code=2)
        self.assert_explains(self.leanlab("run", "numbers", "--usd", "-1", code=2), "--usd 5")

    def test_a_command_that_is_not_built_yet_says_so(self):
        self.lab("numbers")
        done = self.leanlab("gate", "some-task", code=None)
        self.assertNotEqual(done.code, 0)
        self.assertNotEqual(done.code, 70)

    def test_failures_with_json_are_an_object(self):
        done = self.leanlab("show", "absent/1", "--json", code=2)
        self.assertEqual(set(done.json), {"error"})
        self.assertTrue({"code", "message", "where", "next"} <= set(done.json["error"]), done.json)

    def test_errors_go_to_stderr(self):
        done = self.leanlab("check", "absent", code=2)
        self.assertEqual(done.out, "")
        self.assertTrue(done.err)

    def test_no_colour_without_a_terminal(self):
        self.lab("numbers")
        for command in (["list"], ["check", "numbers"], ["doctor"], ["status"]):
            self.assertNotIn("\x1b", self.leanlab(*command, code=None).text)

    def test_another_folder_by_c(self):
        self.lab("numbers")
        done = self.leanlab("-C", self.project, "list", "--json", cwd=self.temp)
        self.assertEqual(done.json["labs"][0]["name"], "numbers")

    def test_a_lab_named_by_its_path(self):
        lab = self.lab("numbers")
        self.json("verify", lab.folder, cwd=self.temp)

    def test_the_project_is_found_from_below(self):
        self.lab("numbers")
        below = self.project / "a" / "b"
        below.mkdir(parents=True)
        self.assertEqual(len(self.json("list", cwd=below)["labs"]), 1)

    def test_a_state_folder_elsewhere(self):
        lab = self.lab("numbers")
        elsewhere = self.temp / "elsewhere"
        self.run_lab(lab, 1, "--state-dir", elsewhere)
        self.assertTrue(any(elsewhere.rglob("ledger.jsonl")))
        self.assertFalse(lab.state.exists())
        self.assertEqual(self.json("show", "numbers/1", env={"LEANLAB_STATE_DIR": str(elsewhere)})["value"], 1)

    def test_reserved_names_are_no_labs(self):
        for name in ("state", "worktrees", "locks", "events", "../x", "", "a/b"):
            with self.subTest(name=name):
                self.leanlab("init", name, "--template", "matmul", code=2)

    def test_completions(self):
        for shell in ("bash", "zsh", "fish"):
            self.assertIn("verify", self.leanlab("completions", shell).out)
        self.leanlab("completions", "tcsh", code=2)


class Shapes(LeanlabTest):
    """The objects of the contract, key by key."""

    EXPERIMENT = {
        "id", "experiment_file", "status", "value", "metrics", "best_so_far", "level", "tier", "sealed", "reason", "parent",
        "agent", "notes", "repeats", "cost_usd", "tokens", "seconds", "sha256", "ts",
    }

    def assert_experiment(self, record: dict):
        self.assertTrue(self.EXPERIMENT <= set(record), self.EXPERIMENT - set(record))
        self.assertIn(record["status"], ("accepted", "rejected", "undecided", "invalid", "tampered"))
        self.assertIsInstance(record["best_so_far"], bool)
        self.assertRegex(record["sha256"], r"^[0-9a-f]{64}$")
        self.assertRegex(record["ts"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")

    def test_list(self):
        self.assertEqual(self.json("list"), {"labs": [], "tasks": []})
        lab = self.lab("numbers")
        listed = self.json("list")["labs"]
        expected = {"name": "numbers", "objective": {"metric": "score", "direction": "max"}, "experiments": 0, "best": None, "sealed": False}
        self.assertEqual({key: listed[0][key] for key in expected}, expected)
        self.leanlab("lock", "numbers")
        self.run_lab(lab, 2)
        entry = self.json("list")["labs"][0]
        self.assertEqual((entry["experiments"], entry["best"], entry["sealed"]), (2, 2, True))

    def test_run_submit_and_show(self):
        lab = self.lab("numbers")
        summary = self.run_lab(lab, 1)
        submitted = self.json("submit", "numbers", self.candidate("a.txt", "# by hand\nx = 9\n"))
        for summary in (summary, submitted):
            self.assertTrue({"lab", "new", "best", "cost_usd", "tokens", "experiments", "refused"} <= set(summary), summary)
            self.assertEqual((summary["lab"], summary["new"], summary["refused"]), ("numbers", 1, []))
            self.assert_experiment(summary["experiments"][0])
        self.assertEqual(submitted["best"], 9)
        shown = self.json("show", "numbers/2")
        self.assert_experiment(shown)
        self.assertEqual((shown["id"], shown["value"], shown["notes"]), ("numbers/2", 9, "by hand"))
        self.assertEqual(shown["metrics"]["score"], 9)

    def test_verify(self):
        lab = self.lab("numbers")
        self.run_lab(lab, 1)
        verdict = self.json("verify", "numbers")
        self.assertTrue({"ok", "records", "head", "problems"} <= set(verdict), verdict)
        self.assertGreater(verdict["records"], 0)
        self.assertRegex(verdict["head"], r"[0-9a-f]{64}")

    def test_doctor(self):
        machine = self.json("doctor")
        self.assertIn(machine["tier"], ("A", "B", "C"))
        self.assertIsInstance(machine["reasons"], list)
        self.assertTrue(all({"name", "found", "version"} <= set(agent) for agent in machine["agents"]))
        by_kernel = machine["limits"]["by"] == "cgroup"
        self.assertEqual((machine["limits"]["cgroup"] is None, machine["limits"]["reason"] is None), (not by_kernel, by_kernel))
        line = "limits: cgroup /" if by_kernel else "limits: per process; for limits by the kernel start leanlab with systemd-run "
        self.assertIn("\n  " + line, self.leanlab("doctor").out)

    def test_doctor_does_not_tick_an_agent_that_is_not_logged_in(self):
        self.assertRegex(self.leanlab("doctor").out, r"\n  [⚠!]  api .*not logged in")

    def test_a_row_of_the_book(self):
        lab = self.lab("numbers")
        self.run_lab(lab, 1)
        row = lab.rows()[0]
        self.assertTrue({"tag", "experiment_file", "score", "best_so_far", "notes", "ts", "leanlab"} == set(row), row)
        self.assertRegex(row["tag"], r"^[a-z]{3}\d\d$")
        self.assertIs(row["best_so_far"], True)
        self.assertEqual(row["notes"], "try number 1")

    def test_export(self):
        lab = self.lab("numbers")
        self.run_lab(lab, 2)
        lines = [json.loads(line) for line in self.leanlab("export", "numbers", "--format", "jsonl").out.splitlines()]
        self.assertEqual(len(lines), 2)
        table = self.leanlab("export", "numbers", "--format", "csv").out.splitlines()
        self.assertEqual(len(table), 3)
        self.assertIn("score", table[0])

    def test_log_shows_what_the_evaluator_wrote(self):
        lab = self.lab("numbers")
        lab.write("evaluation.sh", '[ -f "$1" ] || exit 2\necho a line on stderr >&2\necho \'{"score": 1}\'\n')
        self.run_lab(lab, 1)
        self.assertIn("a line on stderr", self.leanlab("log", "numbers/1").text)

    def test_remove_needs_its_confirmation_and_archives(self):
        lab = self.lab("numbers")
        self.run_lab(lab, 1)
        self.leanlab("remove", "numbers", code=None, env={"LEANLAB_NO_INPUT": "1"})
        self.assertTrue(lab.folder.exists())
        self.leanlab("remove", "numbers", "--confirm", "other", code=None)
        self.assertTrue(lab.folder.exists())
        self.leanlab("remove", "numbers", "--confirm", "numbers")
        self.assertFalse(lab.folder.exists())
        self.assertTrue(any((self.project / ".leanlab" / "state").rglob("ledger.jsonl")), "the ledger is archived, not deleted")

    def test_rename_keeps_the_book(self):
        lab = self.lab("numbers")
        self.run_lab(lab, 2)
        self.leanlab("rename", "numbers", "figures", "--confirm", "numbers")
        self.assertEqual([entry["name"] for entry in self.json("list")["labs"]], ["figures"])
        self.assertTrue(self.json("verify", "figures")["ok"])
        self.assertEqual(self.json("show", "figures/2")["value"], 2)


if __name__ == "__main__":
    unittest.main()
