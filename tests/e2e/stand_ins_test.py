"""Programs that people put in the place of claude on PATH: each way in which they behave, and what must come of it."""
import json
import unittest

from agent_testing import AgentTest

RESULT = {"type": "result", "subtype": "success", "is_error": False, "result": "", "session_id": "s-1", "total_cost_usd": 0.5,
          "usage": {"input_tokens": 10, "output_tokens": 2}}
REPORT = '{"experiment_file": "experiments/mine.txt", "valid": true, "notes": "by a stand-in"}'
INIT = {"type": "system", "subtype": "init", "session_id": "s-1", "model": "m"}


def result(text: str, **changes) -> str:
    return json.dumps({**RESULT, "result": text, **changes})


def stream(*events) -> str:
    return "\n".join(event if isinstance(event, str) else json.dumps(event) for event in events) + "\n"


def said(text: str) -> dict:
    return {"type": "assistant", "message": {"id": "a", "content": [{"type": "text", "text": text}]}, "session_id": "s-1"}


MADE = {"experiments/mine.txt": "# made\nx = 3\n"}
# name: (what it prints, its exit status, what it writes, what must be: a value or words of the failure)
CASES = {
    "json": (result(REPORT), 0, MADE, 3),
    "pretty json": (json.dumps({**RESULT, "result": REPORT}, indent=2), 0, MADE, 3),
    "stream-json": (stream(INIT, said("hello"), result(REPORT)), 0, MADE, 3),
    "an array of events": (json.dumps([INIT, json.loads(result(REPORT))]), 0, MADE, 3),
    "an array, an event a line": ("[\n" + json.dumps(INIT) + ",\n" + result(REPORT) + "\n]\n", 0, MADE, 3),
    "only words": ("I wrote a file.", 0, MADE, 3),
    "words around its json": ("Loading...\nHere you are: " + result(REPORT) + " Bye!\n", 0, MADE, 3),
    "words around pretty json": ("Loading...\n" + json.dumps({**RESULT, "result": REPORT}, indent=2) + "\nBye!\n", 0, MADE, 3),
    "words around the report": (result(f"Here {{as asked}}:\n```json\n{REPORT}\n```\nGood luck."), 0, MADE, 3),
    "a nested report": (result("", result={"report": json.loads(REPORT)}), 0, MADE, 3),
    "a malformed report": (result('{"experiment_file": "experiments/mine.txt", '), 0, MADE, 3),
    "malformed, then right": (result('{"experiment_file": "oops\n' + REPORT), 0, MADE, 3),
    "no session id": (json.dumps({"type": "result", "result": REPORT}), 0, MADE, 3),
    "no report": (result("Done."), 0, MADE, 3),
    "a report of a file that is not there": (result(REPORT.replace("mine", "other")), 0, MADE, 3),
    "a report without the folder": (result(REPORT.replace("experiments/", "")), 0, MADE, 3),
    "a report of an old file beside a new one": (result(REPORT), 0, {"experiments/mine.txt": "# made\nx = 3\n", "experiments/helper.txt": "x = 4\n"}, 3),
    "a folder in experiments": (result("Done."), 0, {"experiments/deep/er/mine.txt": "# made\nx = 3\n"}, 3),
    "a file outside of experiments": (result(REPORT.replace("experiments/", "")), 0, {"mine.txt": "# made\nx = 3\n"}, "does not lie inside"),
    "two answers": (stream(INIT, result("not yet"), result(REPORT)), 0, MADE, 3),
    "a result and exit 1": (result(REPORT), 1, MADE, 3),
    "words and exit 1": ("I ran out of ideas", 1, MADE, "out of ideas"),
    "exit 1 without a word": ("", 1, {}, "without a word"),
    "nothing but a file": ("", 0, MADE, 3),
    "nothing at all": ("", 0, {}, "without a new experiment file"),
    "a cut stream": (stream(INIT, said("hi"), '{"type": "resu'), 0, MADE, "stream was cut"),
    "an error that is called a success": (result("API Error: 500 internal", is_error=True), 0, {}, "500 internal"),
    "an error subtype": (result("", subtype="error_max_turns", is_error=True), 1, MADE, "error_max_turns"),
    "colours": ("\x1b[2J\x1b[1;32m" + result(REPORT) + "\x1b[0m\n\x1b]0;title\a", 0, MADE, 3),
    "windows line ends": (stream(INIT, result(REPORT)).replace("\n", "\r\n"), 0, MADE, 3),
    "a byte order mark": ("\ufeff" + stream(INIT, result(REPORT)), 0, MADE, 3),
    "five megabytes in a line": (stream(INIT, said("x" * 5_000_000), result(REPORT)), 0, MADE, 3),
    "five megabytes in its result": (result("y" * 5_000_000 + REPORT), 0, MADE, 3),
    "unknown events and fields": (stream(INIT, {"type": "telepathy", "x": [None]}, '{"type": 7}', "{}", "null", result(REPORT, more={"a": 1})), 0, MADE, 3),
    "bytes that are no text": (stream(INIT, "\udcff\udcfe", result(REPORT)), 0, MADE, 3),
}
LIMITS = {
    "a limit as a success": (result("Claude AI usage limit reached|1000"), 0),
    "a limit as words": ("You've hit your limit · resets in 2s\n", 0),
    "a limit in a stream": (stream(INIT, said("Claude usage limit reached"), result("5-hour limit reached ∙ resets in 2s")), 0),
    "a limit and exit 1": ("Error: 429 Too Many Requests\n", 1),
    "an overload as a success": (result("API Error: 529 Overloaded", is_error=True), 0),
    "a rejected rate": (stream(INIT, {"type": "rate_limit_event", "rate_limit_info": {"status": "rejected"}}, result("", is_error=True)), 1),
}


class StandIns(AgentTest):
    def place(self, name: str, output: str, code: int, writes: dict, first: tuple = None):
        """A claude that takes no notice of its arguments; `first`: what it prints and returns the first time, without writing."""
        (self.programs / "output").write_bytes(output.encode(errors="surrogateescape"))
        lines = ["#!/bin/sh", "cat >/dev/null"]
        if first:
            (self.programs / "first").write_bytes(first[0].encode())
            lines.append(f"if [ ! -e $HOME/tried ]; then touch $HOME/tried; cat {self.programs}/first; exit {first[1]}; fi")
        for number, (path, text) in enumerate(writes.items()):
            (self.programs / f"file{number}").write_text(text)
            lines.append(f"mkdir -p $(dirname {path}); cp {self.programs}/file{number} {path}; chmod u+w {path}")
        lines.append(f"cat {self.programs}/output\nexit {code}")
        self.program("claude", "\n".join(lines) + "\n")
        self.numbers = self.lab(name.replace(" ", "-").replace(",", ""))

    def run_one(self, **options) -> tuple:
        done = self.leanlab("run", self.numbers.name, "--n", 1, "--agent", "claude", "--json=lines", "--skip-checks", **options)
        return done, json.loads(done.out.splitlines()[-1])

    def test_every_way_is_handled(self):
        for name, (output, code, writes, expected) in CASES.items():
            with self.subTest(name):
                self.place(name, output, code, writes)
                done, summary = self.run_one()
                values = [experiment["value"] for experiment in summary["experiments"]]
                if isinstance(expected, str):
                    self.assertEqual(values, [], done)
                    self.assert_explains(done, expected)
                else:
                    self.assertEqual(values, [expected], done)
                self.assert_book_is_sound(self.numbers, len(values))

    def test_limits_in_every_shape_spend_nothing(self):
        for name, first in LIMITS.items():
            with self.subTest(name):
                self.place(name, result(REPORT), 0, MADE, first)
                done, summary = self.run_one(env={"LEANLAB_PATIENCE": "20"})
                self.assertEqual([experiment["value"] for experiment in summary["experiments"]], [3], done)
                self.assertNotIn("attempt_failed", done.out)
                self.assertIn("goes on in", done.out)

    def test_a_turn_without_a_file_is_asked_for_it_once(self):
        self.place("asked again", result(REPORT), 0, MADE, (result("I have thought about it.", session_id="s-7"), 0))
        done = self.json("run", self.numbers.name, "--n", 1, "--agent", "claude", "--skip-checks")
        self.assertEqual([(e["value"], e["cost_usd"]) for e in done["experiments"]], [(3, 1.0)], "both turns are counted")
        self.assertEqual(done["turns"], 2)

    def test_it_is_not_asked_for_ever(self):
        self.place("never", result("I have thought about it."), 0, {})
        done = self.json("run", self.numbers.name, "--n", 2, "--agent", "claude", "--skip-checks")
        self.assertEqual((done["turns"], done["new"]), (4, 0))

    def test_a_wrapper_that_runs_it_twice_costs_both(self):
        twice = stream(INIT, result("first"), {**INIT, "session_id": "s-2"}, result(REPORT, session_id="s-2"))
        self.place("twice", twice, 0, MADE)
        [experiment] = self.json("run", "twice", "--n", 1, "--agent", "claude", "--skip-checks")["experiments"]
        self.assertEqual((experiment["cost_usd"], experiment["tokens"]["input"], experiment["tokens"]["output"]), (1.0, 20, 4))


if __name__ == "__main__":
    unittest.main()
