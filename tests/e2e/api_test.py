"""The built-in agent on a scripted model in both dialects, and the faults of its provider."""
import json
import unittest

from agent_testing import AgentTest, worker_rule


class Api(AgentTest):
    def setUp(self):
        super().setUp()
        self.numbers = self.lab()

    def run_it(self, n: int, *args, agent: str = "api:anthropic/test-model", **options) -> dict:
        return self.json("run", "numbers", "--n", n, "--agent", agent, *args, **options)

    def failed(self, agent: str = "api:anthropic/test-model", code=0, **options):
        return self.leanlab("run", "numbers", "--n", 1, "--agent", agent, code=code, **options)

    def openai(self):
        self.env.pop("ANTHROPIC_API_KEY", None)
        self.env["LEANLAB_API_URL"] = f"http://127.0.0.1:{self.port}/v1"

    def test_messages_four_at_once(self):
        self.model(worker_rule(), usage={"input": 100, "output": 20, "cache_read": 5, "cache_write": 2})
        summary = self.run_it(8, "--parallel", 4)
        self.assertEqual(sorted(e["value"] for e in summary["experiments"]), list(range(1, 9)))
        for experiment in summary["experiments"]:
            self.assertEqual(experiment["tokens"], {"input": 200, "output": 40, "cache_read": 10, "cache_write": 4})
            self.assertIsNone(experiment["cost_usd"], "an unknown price is unknown, not nothing")

    def test_chat_completions(self):
        self.model(worker_rule())
        self.openai()
        [experiment] = self.run_it(1, agent="api:local-model")["experiments"]
        self.assertEqual((experiment["value"], experiment["tokens"]["input"]), (1, 200))
        self.assertEqual({entry["path"] for entry in self.asked()}, {"/v1/chat/completions"})

    def test_a_server_that_does_not_stream(self):
        self.model(worker_rule(), stream=False, usage={"cache_read": 5})
        [experiment] = self.run_it(1)["experiments"]
        self.assertEqual((experiment["value"], experiment["tokens"]), (1, {"input": 200, "output": 40, "cache_read": 10, "cache_write": 0}))
        self.openai()
        self.assertEqual(self.run_it(1, agent="api:m")["tokens"], {"input": 200, "output": 40, "cache_read": 10, "cache_write": 0})

    def test_finish_ends_the_turn(self):
        self.model(worker_rule(steps=[{"shell": "printf '# f\\nx = 9\\n' > ${file}"}, {"tool": "finish", "input": {"report": '{"experiment_file": "${file}"}'}}]))
        self.assertEqual(self.run_it(1)["experiments"][0]["value"], 9)

    def test_a_server_without_tools(self):
        no_tools = {"fault": "status", "status": 400, "message": "this model does not support tools"}
        self.model(
            {"when": "[exit status", "steps": [{"text": "That is all."}]},
            worker_rule(faults=[no_tools], steps=[{"text": "I write it.\n```sh\nprintf '# t\\nx = 4\\n' > ${file}\n```"}]),
        )
        self.openai()
        self.assertEqual(self.run_it(1, agent="api:old-model")["experiments"][0]["value"], 4)

    def test_commands_have_no_network_and_see_no_evaluator(self):
        if self.json("doctor")["tier"] == "C":
            self.skipTest("nothing is held in tier C")
        self.model(worker_rule(steps=[
            {"shell": f"(cat {self.numbers.folder}/evaluation.sh; exec 3<>/dev/tcp/127.0.0.1/{{port}}) 2>&1; "
                      f"bash -c 'exec 3<>/dev/tcp/127.0.0.1/80' 2>/dev/null && n=1 || n=2; printf \"# n\\nx = $n\\n\" > ${{file}}"},
            {"text": "Done."}]))
        self.assertEqual(self.run_it(1)["experiments"][0]["value"], 2)

    def test_short_limits_are_waited_out_in_the_turn(self):
        self.model(worker_rule(faults=[{"fault": "status", "status": 429, "headers": {"retry-after": "1"}}, {"fault": "status", "status": 529}]))
        self.assertEqual(self.run_it(1)["experiments"][0]["value"], 1)

    def test_a_long_limit_parks_the_turn(self):
        self.model(worker_rule(faults=[{"fault": "status", "status": 429, "headers": {"retry-after": "25"}}]))
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", "api:anthropic/m", code=5, env={"LEANLAB_PATIENCE": "5"})
        self.assert_explains(done, "rate limit")
        self.assertEqual(self.numbers.rows(), [])

    def test_cut_streams_are_asked_again(self):
        self.model(worker_rule(faults=[{"fault": "half_json"}, {"fault": "early_end"}]))
        self.assertEqual(self.run_it(1)["experiments"][0]["value"], 1)

    def test_faults_are_said_plainly(self):
        for fault, words in (({"fault": "refusal"}, "refused"), ({"fault": "too_long"}, "prompt is too long"),
                             ({"fault": "nonsense"}, "no stream of events"), ({"fault": "max_tokens", "text": "so"}, "token limit")):
            self.model({"steps": [fault]})
            self.assert_explains(self.failed(), words)
        self.assertEqual(self.numbers.rows(), [])

    def test_a_wrong_key_and_an_absent_server_are_exit_5(self):
        self.model({"steps": [{"fault": "status", "status": 401, "message": "invalid x-api-key"}]})
        self.assert_explains(self.failed(code=5, env={"LEANLAB_PATIENCE": "0"}), "not logged in")
        self.env["ANTHROPIC_BASE_URL"] = "http://127.0.0.1:1"
        self.assert_explains(self.failed(code=5, env={"LEANLAB_PATIENCE": "0"}), "cannot be reached")

    def test_a_repair_continues_the_conversation(self):
        mend = {"when": "failed (fix", "capture": {"file": r"experiment (\S+) failed"}, "steps": [
            {"shell": "printf '# mended\\nx = 5\\n' > ${file}"}, {"text": "Mended."}]}
        self.model(mend, worker_rule(steps=[{"shell": "printf '# i\\nx = wrong\\n' > ${file}"}, {"text": "Done."}]))
        self.assertEqual(self.run_it(1)["experiments"][0]["value"], 5)
        self.assertEqual(self.asked()[-1]["prompts"], 2)


class Replay(AgentTest):
    def test_a_recording_is_played_to_its_end(self):
        numbers = self.lab()
        turns = [{"recording": 1}] + [
            {"role": "worker", "reply": '{"experiment_file": "${file}", "valid": true, "notes": "n"}', "files": {"${file}": f"# turn\nx = {x}\n"}} for x in (3, 1)]
        numbers.write("session.jsonl", "\n".join(json.dumps(turn) for turn in turns))
        done = self.leanlab("run", "numbers", "--n", 3, "--agent", "replay:session.jsonl", "--json=lines", code=5)
        self.assertEqual([row["score"] for row in numbers.rows()], [3, 1])
        self.assert_explains(done, "no more turns")

    def test_what_record_writes_can_be_played(self):
        first = self.lab("first")
        self.model(worker_rule())
        self.json("run", "first", "--n", 3, "--agent", "api:anthropic/m")
        second = self.lab("second")
        second.write("first.jsonl", self.leanlab("record", "first").out)
        self.json("run", "second", "--n", 3, "--agent", "replay:first.jsonl")
        self.assertEqual([row["score"] for row in second.rows()], [row["score"] for row in first.rows()])

    def test_a_recording_cannot_write_elsewhere(self):
        numbers = self.lab()
        numbers.write("session.jsonl", json.dumps({"role": "worker", "reply": "", "files": {"../../evil": "x"}}))
        self.assert_explains(self.leanlab("run", "numbers", "--n", 1, "--agent", "replay:session.jsonl", code=3), "outside")


if __name__ == "__main__":
    unittest.main()
