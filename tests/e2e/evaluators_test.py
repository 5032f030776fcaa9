"""Each way in which an evaluator or a validator can misbehave ends as invalid with a reason that a person understands,
within its limits, with no process left, and what comes after it is judged as if nothing had been."""
import random
import unittest

from leanlab_testing import LeanlabTest

SECONDS = 2  # the evaluation's time limit in these labs

# What an experiment whose line is "act = NAME" makes the evaluator do, in sh, before the ordinary score is printed;
# MARK is replaced by a number that no other test uses.
ACTS = {
    "hang": "sleep MARK; exit 0",
    "hang_in_a_child": "sleep MARK & wait; exit 0",
    "ignore_signals": "trap '' TERM INT HUP; while :; do sleep 0.2; done",
    "crash": "kill -SEGV $$",
    "kill_itself": "kill -KILL $$",
    "flood": "while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done",
    "flood_stderr": "while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx >&2; done",
    "print_nothing": "exit 0",
    "print_prose": "echo the score is three; exit 0",
    "two_scores": """echo '{"score": 1}'; echo '{"score": 2}'; exit 0""",
    "nan": """echo '{"score": NaN}'; exit 0""",
    "infinity": """echo '{"score": Infinity}'; exit 0""",
    "minus_infinity": """echo '{"score": -Infinity}'; exit 0""",
    "overflow": """echo '{"score": 1e999}'; exit 0""",
    "bool": """echo '{"score": true}'; exit 0""",
    "string": """echo '{"score": "12"}'; exit 0""",
    "null": """echo '{"score": null}'; exit 0""",
    "other_key": """echo '{"points": 12}'; exit 0""",
    "not_an_object": """echo '[1]'; exit 0""",
    "fail_after_a_score": """echo '{"score": 99}'; exit 3""",
    "only_stderr": """echo '{"score": 99}' >&2; exit 0""",
    "say_why_and_fail": "echo 'the matrix is singular' >&2; exit 1",
    "bad_utf8": r"printf '\377\376\n'; exit 0",
    "many_keys": """printf '{"score": 1'; i=0; while [ $i -lt 70 ]; do printf ', "k%s": 1' $i; i=$((i+1)); done; echo '}'; exit 0""",
}
EVALUATION = """\
file=$1
[ -f "$file" ] || { echo "no such experiment: $file" >&2; exit 2; }
x=$(sed -n 's/^x = //p' "$file")
case $(sed -n 's/^act = //p' "$file") in
CASES
esac
echo "{\\"score\\": $x}"
"""


class Evaluators(LeanlabTest):
    def setUp(self):
        super().setUp()
        self.number = f"9{random.randrange(10**8):08}"
        cases = "\n".join(f"{name}) {act.replace('MARK', self.number)} ;;" for name, act in ACTS.items())
        cases += f"\ndaemon) setsid sleep {self.number} & ;;\nheld_pipe) sleep {self.number} & ;;"
        self.numbers = self.lab(files={"evaluation.sh": EVALUATION.replace("CASES", cases)}, limits={"seconds": SECONDS})

    def judge(self, act: str) -> dict:
        """Submits a misbehaving experiment and a good one after it; the misbehaving one's record."""
        bad = self.candidate(f"{act}.txt", f"x = 5\nact = {act}\n")
        good = self.candidate("good.txt", "x = 7\n")
        summary = self.json("submit", "numbers", bad, good)
        self.assertEqual(len(summary["experiments"]), 2, summary)
        first, second = summary["experiments"]
        self.assertEqual((second["status"], second["value"]), ("accepted", 7), second)
        self.assert_nothing_is_left()
        self.assert_book_is_sound(self.numbers, 2)
        return first

    def assert_nothing_is_left(self):
        from leanlab_testing import children_of

        self.assertEqual(children_of(self.number), [], "the evaluation left processes")

    def assert_invalid(self, act: str, pattern: str):
        record = self.judge(act)
        self.assertEqual((record["status"], record["value"]), ("invalid", None), record)
        self.assertRegex(record["reason"].lower(), pattern)
        row = self.numbers.rows()[0]
        self.assertIsNone(row["score"], "an invalid row has null as its objective")
        self.assertTrue(row["notes"].startswith("invalid: "), row["notes"])

    def test_a_hang_ends_at_the_time_limit(self):
        self.assert_invalid("hang", r"\b2 ?s|time")

    def test_a_hang_in_a_child_ends_at_the_time_limit(self):
        self.assert_invalid("hang_in_a_child", r"\b2 ?s|time")

    def test_one_that_ignores_signals_ends_at_the_time_limit(self):
        self.assert_invalid("ignore_signals", r"\b2 ?s|time")

    def test_a_crash_names_the_signal(self):
        self.assert_invalid("crash", r"signal 11|segmentation|sigsegv")

    def test_one_that_kills_itself_names_the_signal(self):
        self.assert_invalid("kill_itself", r"signal 9|killed|sigkill")

    def test_a_flood_of_stdout_ends(self):
        self.assert_invalid("flood", r"output|printed|time|\b2 ?s")

    def test_a_flood_of_stderr_ends(self):
        self.assert_invalid("flood_stderr", r"output|printed|time|\b2 ?s")

    def test_nothing_printed(self):
        self.assert_invalid("print_nothing", r"nothing|no (line|score|output|result)")

    def test_prose_is_no_score(self):
        self.assert_invalid("print_prose", r"no (line|score|result)|score")

    def test_two_scores(self):
        self.assert_invalid("two_scores", r"two|2 |twice|more than one")

    def test_nan(self):
        self.assert_invalid("nan", r"nan|finite")

    def test_infinity(self):
        self.assert_invalid("infinity", r"infinit|finite")

    def test_minus_infinity(self):
        self.assert_invalid("minus_infinity", r"infinit|finite")

    def test_a_number_that_overflows(self):
        self.assert_invalid("overflow", r"infinit|finite|range")

    def test_a_bool(self):
        self.assert_invalid("bool", r"bool|true|not a number|no number")

    def test_a_string(self):
        self.assert_invalid("string", r"string|text|not a number|no number")

    def test_null(self):
        self.assert_invalid("null", r"null|not a number|no number")

    def test_another_key(self):
        self.assert_invalid("other_key", r"score")

    def test_no_object(self):
        self.assert_invalid("not_an_object", r"score|object")

    def test_a_failure_after_a_score(self):
        self.assert_invalid("fail_after_a_score", r"exit.*3|status 3")

    def test_a_score_on_stderr_only(self):
        self.assert_invalid("only_stderr", r"stderr")

    def test_what_it_said_on_stderr_is_in_the_reason(self):
        self.assert_invalid("say_why_and_fail", r"the matrix is singular")

    def test_bytes_that_are_no_text(self):
        self.assert_invalid("bad_utf8", r".")

    def test_more_than_64_keys(self):
        self.assert_invalid("many_keys", r"64|keys")

    def test_a_daemon_is_ended_and_named(self):
        self.assert_invalid("daemon", r"process|running|left")

    def test_a_child_that_holds_the_pipe_is_not_waited_for(self):
        self.assert_invalid("held_pipe", r"process|running|left")

    def test_each_one_in_a_run_is_recorded_and_the_run_goes_on(self):
        acts = ["print_nothing", "nan", "crash", "two_scores", "string"]
        lines = " ".join(acts)
        turns = self.shared_with_agents() / "turns"
        self.numbers.configure(max_fix_calls=0)
        self.numbers.write(
            "propose.sh",
            f"#!/bin/sh\ncat >/dev/null\necho turn >>{turns}\nn=$(wc -l <{turns})\nset -- x {lines} none\nshift $n\n"
            'printf "x = %s\\nact = %s\\n" "$n" "$1" >experiments/e$n.txt\n',
            0o755,
        )
        summary = self.run_lab(self.numbers, len(acts) + 1)
        statuses = [record["status"] for record in summary["experiments"]]
        self.assertEqual(statuses, ["invalid"] * len(acts) + ["accepted"], summary)
        self.assert_book_is_sound(self.numbers, len(acts) + 1)


class Validators(LeanlabTest):
    def test_a_validator_that_hangs_ends(self):
        number = f"9{random.randrange(10**8):08}"
        self.lab(files={"validate.sh": f"sleep {number}\n"}, limits={"seconds": SECONDS})
        done = self.leanlab("submit", "numbers", self.candidate("a.txt", "x = 1\n"), "--json", code=None)
        self.assert_explains(done, "valid")
        self.assertRegex(done.text, r"\b2 ?s|time")

    def test_a_validator_that_says_invalid_is_quoted(self):
        self.lab()
        done = self.leanlab("submit", "numbers", self.candidate("a.txt", "y = 1\n"), "--json", code=None)
        self.assert_explains(done, "it has no line x = NUMBER")

    def test_a_validator_that_crashes_is_named(self):
        self.lab(files={"validate.sh": "kill -SEGV $$\n"})
        done = self.leanlab("submit", "numbers", self.candidate("a.txt", "x = 1\n"), "--json", code=None)
        self.assert_explains(done, "valid")


class Metrics(LeanlabTest):
    """What an evaluator may print besides the objective."""

    def submit(self, printed: str) -> dict:
        self.lab(files={"evaluation.sh": f"[ -f $1 ] || exit 2\nprintf '%s\\n' '{printed}'\n"})
        return self.json("submit", "numbers", self.candidate("a.txt", "x = 1\n"))["experiments"][0]

    def test_other_numbers_become_metrics(self):
        record = self.submit('{"score": 1.5, "seconds": 2, "note": "fine", "list": [1], "inner": {"a": 1}}')
        self.assertEqual(record["value"], 1.5)
        self.assertEqual(record["metrics"].get("seconds"), 2)
        for dropped in ("list", "inner", "note"):
            self.assertNotIn(dropped, record["metrics"])

    def test_metrics_cannot_overwrite_the_records_own_fields(self):
        record = self.submit('{"score": 1, "tag": 7, "experiment_file": 8, "best_so_far": 9, "leanlab": 10, "ts": 11}')
        self.assertEqual(record["value"], 1)
        self.assertTrue(str(record["experiment_file"]).startswith("experiments/"))
        from leanlab_testing import Lab

        row = Lab(self.project / ".leanlab" / "numbers").rows()[0]
        self.assertIsInstance(row["leanlab"], dict)
        self.assertEqual((row["best_so_far"], row["experiment_file"]), (1, record["experiment_file"]))
        self.assertIsInstance(row["ts"], str)

    def test_lines_that_are_no_score_are_a_log(self):
        self.lab(files={"evaluation.sh": "[ -f $1 ] || exit 2\necho loading\necho '{\"score\": 3}'\necho done\n"})
        record = self.json("submit", "numbers", self.candidate("a.txt", "x = 1\n"))["experiments"][0]
        self.assertEqual((record["status"], record["value"]), ("accepted", 3))


if __name__ == "__main__":
    unittest.main()
