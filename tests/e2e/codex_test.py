"""The backend codex: the real Codex CLI on a scripted model, and what its stream says."""
import json
import unittest

from agent_testing import AgentTest, worker_rule


class RealCodex(AgentTest):
    def setUp(self):
        super().setUp()
        self.numbers = self.lab()
        self.real("codex")

    def provider(self, *rules, **script):
        """A model, and a person's Codex configuration that names it."""
        self.model(*rules, **script)
        self.codex_provider()

    def run_it(self, n: int, *args, **options) -> dict:
        return self.json("run", "numbers", "--n", n, "--agent", "codex", *args, timeout=240, **options)

    def test_six_experiments_three_at_once(self):
        self.provider(worker_rule(), usage={"input": 100, "output": 20, "cache_read": 30})
        summary = self.run_it(6, "--parallel", 3)
        self.assertEqual(len(summary["experiments"]), 6, summary)
        self.assertEqual(sorted(e["value"] for e in summary["experiments"]), list(range(1, 7)))
        for experiment in summary["experiments"]:
            self.assertEqual(experiment["tokens"], {"input": 200, "output": 40, "cache_read": 60, "cache_write": 0})
            self.assertIsNone(experiment["cost_usd"], "Codex tells no cost")
        self.assert_book_is_sound(self.numbers, 6)

    def test_a_repair_continues_the_thread_and_counts_its_own_tokens_only(self):
        rule = worker_rule(steps=[
            {"shell": "printf '# idea\\nx = wrong\\n' > ${file}"},
            {"text": '{"experiment_file": "${file}", "valid": true, "notes": "first"}'},
        ])
        mend = {"when": "failed (fix", "capture": {"file": r"experiment (\S+) failed"}, "steps": [
            {"shell": "printf '# mended\\nx = 5\\n' > ${file}"}, {"text": "Mended."}]}
        self.provider(mend, rule)
        [experiment] = self.run_it(1)["experiments"]
        self.assertEqual(experiment["value"], 5)
        self.assertEqual((experiment["tokens"]["input"], experiment["tokens"]["output"]), (400, 80), "four requests in all")

    def test_a_rate_limit_parks_the_turn(self):
        self.provider(worker_rule(faults=[{"fault": "status", "status": 429, "headers": {"retry-after": "1"}}] * 2))
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", "codex", "--json=lines", timeout=240)
        events = [json.loads(line) for line in done.out.splitlines()]
        self.assertEqual(len(events[-1]["experiments"]), 1)
        self.assertEqual([e for e in events if e.get("event") == "attempt_failed"], [])
        self.assertIn("rate limit", done.out)

    def test_a_wrong_key_is_not_logged_in(self):
        self.provider({"steps": [{"fault": "status", "status": 401, "message": "Incorrect API key provided"}]})
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", "codex", code=5, env={"LEANLAB_PATIENCE": "0"}, timeout=240)
        self.assert_explains(done, "not logged in", "codex login")

    def test_a_stall_ends_with_the_silence_clock(self):
        self.provider(worker_rule(steps=[{"fault": "stall", "seconds": 600}]))
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", "codex", env={"LEANLAB_AGENT_CLOCKS": "30,4"}, timeout=240)
        self.assert_explains(done, "said nothing for 4")


class CodexStandIns(AgentTest):
    def setUp(self):
        super().setUp()
        self.numbers = self.lab()

    def stand_in(self, *events, code: int = 0):
        (self.programs / "output").write_text("\n".join(json.dumps(event) for event in events) + "\n")
        self.program("codex", f"#!/bin/sh\ncat >/dev/null\nprintf 'x = 3\\n' > experiments/mine.txt\ncat {self.programs}/output\nexit {code}\n")

    def test_a_cut_stream_is_a_failed_turn(self):
        self.stand_in({"type": "thread.started", "thread_id": "t"}, {"type": "turn.started"})
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", "codex")
        self.assert_explains(done, "stream was cut")

    def test_unknown_events_do_not_matter(self):
        self.stand_in({"type": "thread.started", "thread_id": "t"}, {"type": "new.thing", "x": []}, {"type": "item.completed", "item": {"type": "odd"}},
                      {"type": "item.completed", "item": {"type": "agent_message", "text": "done"}}, {"type": "turn.completed", "usage": {}})
        self.assertEqual(self.json("run", "numbers", "--n", 1, "--agent", "codex")["experiments"][0]["value"], 3)


if __name__ == "__main__":
    unittest.main()
