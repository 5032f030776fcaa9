"""The backend claude: the real Claude Code on a scripted model, and programs that people put in its place."""
import json
import unittest

from agent_testing import AgentTest, worker_rule
from leanlab_testing import children_of, wait_until


def text(step: str) -> dict:
    return {"steps": [{"text": step}]}


class RealClaude(AgentTest):
    def setUp(self):
        super().setUp()
        self.numbers = self.lab()
        self.real("claude")

    def run_it(self, n: int, *args, **options) -> dict:
        return self.json("run", "numbers", "--n", n, "--agent", "claude", *args, timeout=240, **options)

    def test_twelve_experiments_three_at_once(self):
        self.model(worker_rule(), usage={"input": 100, "output": 20, "cache_read": 7, "cache_write": 3})
        summary = self.run_it(12, "--parallel", 3)
        self.assertEqual(len(summary["experiments"]), 12, summary)
        self.assertEqual([e["reason"] for e in summary["experiments"] if e["status"] == "invalid"], [])
        self.assertEqual(sorted(e["value"] for e in summary["experiments"]), list(range(1, 13)), "no two Workers shared a file")
        for experiment in summary["experiments"]:  # two requests a turn
            self.assertEqual(experiment["tokens"], {"input": 200, "output": 40, "cache_read": 14, "cache_write": 6})
            self.assertGreater(experiment["cost_usd"], 0)
            self.assertEqual(experiment["agent"], "claude")
        self.assertEqual(len([entry for entry in self.asked("/messages") if entry["rule"] == 0]), 24, "two requests for each Worker's turn")
        log = self.json("log", "numbers/1")
        kinds = [event["event"] for event in log["events"]]
        self.assertEqual((kinds[0], kinds[-1]), ("turn", "end"))
        self.assertIn("tool_call", kinds)
        self.assertEqual(log["events"][-1]["tokens"], {"input": 200, "output": 40, "cache_read": 14, "cache_write": 6})
        raw = [json.loads(line) for line in self.leanlab("log", "numbers/1", "--raw").out.splitlines()]
        self.assertEqual((raw[0]["type"], raw[-1]["type"]), ("system", "result"))
        self.assert_explains(self.leanlab("log", "numbers/1", "--transcript"), "call Bash", "result after")
        self.assert_book_is_sound(self.numbers, 12)

    def test_a_rate_limit_parks_the_turn_and_spends_nothing(self):
        self.model(worker_rule(faults=[{"fault": "status", "status": 429, "headers": {"retry-after": "1"}}] * 4))
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", "claude", "--json=lines", timeout=240)
        events = [json.loads(line) for line in done.out.splitlines()]
        self.assertEqual(len(events[-1]["experiments"]), 1)
        self.assertEqual([e for e in events if e.get("event") == "attempt_failed"], [])
        self.assertIn("rate limit", done.out)
        self.assert_book_is_sound(self.numbers, 1)

    def test_a_repair_continues_the_session(self):
        rule = worker_rule(steps=[
            {"shell": "printf '# idea\\nx = wrong\\n' > ${file}"},
            {"text": '{"experiment_file": "${file}", "valid": true, "notes": "first"}'},
        ])
        mend = {"when": "failed (fix", "capture": {"file": r"experiment (\S+) failed"}, "steps": [
            {"shell": "printf '# mended\\nx = 5\\n' > ${file}"}, {"text": "Mended."}]}
        self.model(mend, rule)
        summary = self.run_it(1)
        self.assertEqual([e["value"] for e in summary["experiments"]], [5], summary)
        self.assertEqual([entry["prompts"] for entry in self.asked("/messages")][-1], 2, "the same conversation")

    def test_a_kill_in_a_turn_leaves_nothing_and_the_turn_is_taken_once_more(self):
        self.model(worker_rule(faults=[{"fault": "stall", "seconds": 600}]))
        process = self.start("run", "numbers", "--n", 2, "--agent", "claude")
        wait_until(lambda: self.asked("/messages"), "a request of the turn")
        process.kill()
        self.finish(process, code=None)
        wait_until(lambda: not children_of(self.mark), "the end of all that the turn had started")
        summary = self.json("run", "numbers", "--resume", "--agent", "claude", timeout=240)
        self.assertEqual(summary["new"], 2)
        ledger = [json.loads(line[65:]) for line in (self.numbers.state / "ledger.jsonl").read_text().splitlines()]
        self.assertEqual([record["body"]["outcome"] for record in ledger if record["type"] == "turn"], ["cut off", "done", "done"])
        self.assert_book_is_sound(self.numbers, 2)

    def test_a_budget_holds_under_parallel_turns(self):
        # Half a dollar an answer for whichever model it takes by itself, as it tells it: found out with the first turn.
        self.model(worker_rule(usage={"input": 100_000, "output": 0}))
        dear = self.run_it(1)["cost_usd"]
        summary = self.run_it(12, "--parallel", 3, "--usd", f"{2.5 * dear:.4f}", code=4)
        self.assertGreaterEqual(summary["cost_usd"], 2.5 * dear - 0.001)
        self.assertLess(summary["cost_usd"], 3.5 * dear, "at most the last turn went over it")
        self.assertLess(summary["new"], 4)
        self.assertIn("budget", summary["ended_because"])
        self.assert_book_is_sound(self.numbers, 1 + summary["new"])

    def test_it_sees_neither_the_evaluator_nor_the_book(self):
        spy = "cat evaluation.sh ../../../../../numbers/evaluation.sh {0}/evaluation.sh {0}/results.jsonl {0}/lab.json; ls {0}".format(self.numbers.folder)
        self.project.joinpath("notes.txt").write_text("seen")
        self.model(worker_rule(steps=[
            {"shell": f"({spy}; cat {self.project}/notes.txt) > spied 2>&1; printf '# spied\\nx = 1 %s\\n' \"$(tr '\\n' ' ' < spied)\" > ${{file}}"},
            {"text": '{"experiment_file": "${file}", "valid": true, "notes": "spied"}'},
        ]))
        self.numbers.write("validate.sh", '[ -f "$1" ] && echo VALID\n')
        self.numbers.write("evaluation.sh", '[ -f "$1" ] || exit 2\necho \'{"score": 1}\' # the-secret-evaluator\n')
        if self.json("doctor")["tier"] == "C":
            self.skipTest("nothing is hidden in tier C")
        self.run_it(1)
        written = (self.numbers.folder / self.numbers.rows()[0]["experiment_file"]).read_text()
        self.assertIn("seen", written, "the project is readable")
        self.assertNotIn("the-secret-evaluator", written)
        self.assertNotIn("lab.json\n", written)

    def test_another_host_is_refused_and_the_run_goes_on(self):
        if self.json("doctor")["tier"] != "A":
            self.skipTest("the network is held in tier A only")
        call = "exec 3<>/dev/tcp/127.0.0.1/3128; printf 'CONNECT evil.example:443 HTTP/1.1\\r\\n\\r\\n' >&3; head -1 <&3"
        self.model(worker_rule(steps=[
            {"shell": f"({call}; (exec 3<>/dev/tcp/127.0.0.1/22) && echo reached) 2>&1; printf '# x\nx = 1\n' > ${{file}}"}, {"text": "Done."}]))
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", "claude", timeout=240)
        self.assert_explains(done, "refused a connection to evil.example:443")
        self.assertEqual(len(self.numbers.rows()), 1)
        transcript = self.leanlab("log", "numbers/1", "--transcript").out
        self.assertIn("403", transcript)
        self.assertNotIn("reached", transcript.replace("&& echo reached", ""))

    def test_silence_ends_the_turn_and_leaves_nothing(self):
        self.model(worker_rule(steps=[{"fault": "stall", "seconds": 600}]))
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", "claude", env={"LEANLAB_AGENT_CLOCKS": "30,4"}, timeout=240)
        self.assert_explains(done, "said nothing for 4")

    def test_logged_out_and_out_of_credit_are_said_plainly(self):
        for message, status, words in (("invalid x-api-key", 401, "not logged in"), ("Your credit balance is too low to access the Anthropic API.", 400, "out of credit")):
            self.model({"steps": [{"fault": "status", "status": status, "message": message}]})
            done = self.leanlab("run", "numbers", "--n", 1, "--agent", "claude", code=5, env={"LEANLAB_PATIENCE": "0"}, timeout=240)
            self.assert_explains(done, words)
        self.assertEqual(self.numbers.rows(), [])

    def test_other_faults_are_failed_turns(self):
        faults = [{"fault": "refusal"}, {"fault": "too_long"}] + [{"fault": "nonsense"}] * 6
        self.model(*[{"when": "You are the WORKER", "steps": [{"text": "nothing more"}], "faults": faults}])
        done = self.leanlab("run", "numbers", "--n", 3, "--agent", "claude", timeout=240)
        self.assert_explains(done, "usage policy", "prompt is too long", "malformed")
        self.assertEqual(self.numbers.rows(), [])

    def test_no_key_is_stored(self):
        self.model(worker_rule(steps=[{"shell": "env; printf '# x\\nx = 1\\n' > ${file}"}, {"text": "Done."}]))
        self.run_it(1)
        key = self.env["ANTHROPIC_API_KEY"].encode()
        holders = [path for path in self.project.rglob("*") if path.is_file() and key in path.read_bytes()]
        self.assertEqual(holders, [])


# Stand-ins: what a wrapper prints, and what must come of it.
RESULT = {"type": "result", "subtype": "success", "is_error": False, "result": "", "session_id": "s-1", "total_cost_usd": 0.5,
          "usage": {"input_tokens": 10, "output_tokens": 2}}
REPORT = '{"experiment_file": "experiments/mine.txt", "valid": true, "notes": "by a stand-in"}'


class StandIns(AgentTest):
    def setUp(self):
        super().setUp()
        self.numbers = self.lab()

    def stand_in(self, output: str, code: int = 0, writes: bool = True):
        (self.programs / "output").write_text(output)
        make = "printf '# made\\nx = 3\\n' > experiments/mine.txt\n" if writes else ""
        self.program("claude", f"#!/bin/sh\ncat >/dev/null\n{make}cat {self.programs}/output\nexit {code}\n")

    def made(self, **options) -> list:
        return self.json("run", "numbers", "--n", 1, "--agent", "claude", **options)["experiments"]

    def test_one_json_object(self):
        self.stand_in(json.dumps({**RESULT, "result": REPORT}, indent=2))
        [experiment] = self.made()
        self.assertEqual((experiment["value"], experiment["cost_usd"]), (3, 0.5))

    def test_a_stream(self):
        events = [{"type": "system", "subtype": "init", "session_id": "s-1", "model": "m"},
                  {"type": "assistant", "message": {"id": "a", "content": [{"type": "text", "text": "hello"}]}}, {**RESULT, "result": REPORT}]
        self.stand_in("\n".join(json.dumps(event) for event in events))
        self.assertEqual(self.made()[0]["value"], 3)

    def test_an_array_of_events(self):
        self.stand_in(json.dumps([{"type": "system", "subtype": "init"}, {**RESULT, "result": REPORT}]))
        self.assertEqual(self.made()[0]["cost_usd"], 0.5)

    def test_prose_around_json_and_no_session(self):
        self.stand_in(f"Here you are!\n\n```json\n{REPORT}\n```\nGood luck.")
        [experiment] = self.made()
        self.assertEqual((experiment["value"], experiment["cost_usd"]), (3, None))

    def test_nested_json(self):
        self.stand_in(json.dumps({**RESULT, "result": {"report": json.loads(REPORT)}}))
        self.assertEqual(self.made()[0]["value"], 3)

    def test_malformed_json_but_a_new_file(self):
        self.stand_in(json.dumps({**RESULT, "result": '{"experiment_file": "experiments/mine.txt", '}))
        self.assertEqual(self.made()[0]["value"], 3)

    def test_exit_1_with_output(self):
        self.stand_in("I ran out of ideas", code=1)
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", "claude")
        self.assert_explains(done, "exit status 1", "out of ideas")
        self.assertEqual(self.numbers.rows(), [])

    def test_a_result_before_exit_1_counts(self):
        self.stand_in(json.dumps({**RESULT, "result": REPORT}), code=1)
        self.assertEqual(self.made()[0]["value"], 3)

    def test_a_cut_stream(self):
        events = [{"type": "system", "subtype": "init", "session_id": "s-1"}, {"type": "assistant", "message": {"id": "a", "content": []}}]
        self.stand_in("\n".join(json.dumps(event) for event in events) + '\n{"type": "resu')
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", "claude")
        self.assert_explains(done, "stream was cut")

    def test_a_rate_limit_reported_as_success(self):
        limit = json.dumps({**RESULT, "result": "Claude AI usage limit reached|1000"})
        good = json.dumps({**RESULT, "result": REPORT})
        (self.programs / "limit").write_text(limit)
        (self.programs / "good").write_text(good)
        self.program("claude", f"#!/bin/sh\ncat >/dev/null\nif [ -e $HOME/tried ]; then\n  printf '# made\\nx = 3\\n' > experiments/mine.txt\n"
                               f"  cat {self.programs}/good\nelse\n  touch $HOME/tried\n  cat {self.programs}/limit\nfi\n")
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", "claude", "--json", env={"LEANLAB_PATIENCE": "4"})
        [experiment] = done.json["experiments"]
        self.assertEqual(experiment["value"], 3)
        self.assertEqual(experiment["cost_usd"], 1.0, "what the limited try cost is counted too")
        self.assertIn("rate limit", done.err)

    def test_a_control_request_is_refused(self):
        self.stand_in(json.dumps({"type": "control_request", "request_id": "1", "request": {"subtype": "can_use_tool", "tool_name": "Bash"}}) + "\n", writes=False)
        (self.programs / "claude").write_text(f"#!/bin/sh\ncat >/dev/null\ncat {self.programs}/output\nsleep 600\n")
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", "claude")
        self.assert_explains(done, "permission that nobody can give")

    def test_background_processes_end_with_the_turn(self):
        self.stand_in(json.dumps({**RESULT, "result": REPORT}))
        script = (self.programs / "claude").read_text().replace("cat >/dev/null", "cat >/dev/null\nsetsid sleep 700 &\nnohup sleep 700 &")
        (self.programs / "claude").write_text(script)
        self.assertEqual(self.made()[0]["value"], 3)  # clean_up() looks for what is left

    def test_a_missing_claude_is_exit_5(self):
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", "claude", "--skip-checks", code=5)
        self.assert_explains(done, "not installed", "npm install")


if __name__ == "__main__":
    unittest.main()
