"""The backend acp with real agents: the protocol's own example, Claude's and Codex's by their adapters, on a scripted model."""
import json
import os
import unittest

from agent_testing import AgentTest, acp_command, worker_rule


class Example(AgentTest):
    """The example agent asks for a permission, tells of two tool calls, and writes no file."""

    def test_all_that_it_tells_is_kept_and_its_turn_is_fruitless(self):
        spec = acp_command("acp-example")
        numbers = self.lab()
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", spec, "--json=lines")
        [failed] = [json.loads(line) for line in done.out.splitlines() if '"attempt_failed"' in line]
        self.assertIn("without a new experiment file", failed["reason"])
        self.assertEqual(numbers.rows(), [])
        [turn] = [body for body in ledger(numbers, "turn")]
        self.assertEqual(turn["outcome"], "done")
        events = self.json("log", f"numbers/{turn['id']}")["events"]
        kinds = [event["event"] for event in events]
        self.assertEqual((kinds[0], kinds[-1], kinds.count("tool_call"), kinds.count("tool_result")), ("turn", "end", 2, 2), events)
        self.assert_explains(self.leanlab("log", f"numbers/{turn['id']}"), "Reading project files", "This is a sample project",
                             "Modifying critical configuration file", "it asked for a permission and got: allow", "successfully updated")


def ledger(lab, kind: str) -> list:
    records = [json.loads(line[65:]) for line in (lab.state / "ledger.jsonl").read_text().splitlines()]
    return [record["body"] for record in records if record["type"] == kind]


class Adapters(AgentTest):
    def setUp(self):
        super().setUp()
        self.numbers = self.lab(director_every=0, critic_every=0)

    def run_it(self, spec: str, n: int = 1, *args, **options) -> dict:
        return self.json("run", "numbers", "--n", n, "--agent", spec, *args, timeout=240, **options)

    def in_both_tiers(self, spec: str, n: int, tiers: str = "AB") -> list:
        """Judged experiments, `n` in each tier that this machine has; the agent's folder is not the person's."""
        made = []
        for tier in tiers:
            env = {"LEANLAB_FORCE_TIER": tier}
            if self.json("doctor", env=env)["tier"] != tier:
                continue
            with self.subTest(tier):
                done = self.run_it(spec, n, "--parallel", 2, env=env)
                self.assertEqual([e["reason"] for e in done["experiments"] if e["status"] == "invalid"], [])
                self.assertEqual(len(done["experiments"]), n, done)
                made += done["experiments"]
        if not made:
            self.skipTest(f"this machine offers none of the tiers {tiers}")
        self.assertEqual(len({e["value"] for e in made}), len(made), "no two Workers shared a file")
        self.assert_book_is_sound(self.numbers, len(made))
        return made

    def test_claude(self):
        spec = acp_command("claude-acp")
        self.model(worker_rule(), usage={"input": 100, "output": 20, "cache_read": 7, "cache_write": 3})
        made = self.in_both_tiers(spec, 2)
        kinds = made[0]["tokens"]
        self.assertEqual({kind: sum(e["tokens"][kind] for e in made) for kind in kinds}, self.served(), "to the token")
        self.assertTrue(all(e["cost_usd"] > 0 for e in made), made)
        self.assertFalse((self.home / ".claude").exists(), "it kept to a home of its own")
        transcript = self.leanlab("log", "numbers/1", "--transcript")
        self.assert_explains(transcript, "call printf '# idea", "its mode is bypassPermissions")

    def test_claude_mends_with_the_whole_brief(self):
        """It has no session that leanlab continues."""
        spec = acp_command("claude-acp")
        mend = {"when": "failed (fix", "capture": {"file": r"experiment (\S+) failed"}, "steps": [
            {"shell": "printf '# mended\\nx = 5\\n' > ${file}"}, {"text": "Mended."}]}
        self.model(mend, worker_rule(steps=[{"shell": "printf '# idea\\nx = wrong\\n' > ${file}"}, {"text": "Done."}]))
        self.assertEqual([e["value"] for e in self.run_it(spec)["experiments"]], [5])
        self.assertEqual(self.asked("/messages")[-1]["prompts"], 1, "a conversation of its own")
        [turn] = [body for body in ledger(self.numbers, "turn")][-1:]
        self.assert_explains(self.leanlab("log", f"numbers/{turn['id']}"), "Find the largest x", "new file, experiments/", "failed (fix 1 of")

    def test_claude_is_held(self):
        spec = acp_command("claude-acp")
        if self.json("doctor")["tier"] != "A":
            self.skipTest("the network is held in tier A only")
        spy = f"cat {self.numbers.folder}/evaluation.sh > seen 2>&1; printf '# %s\\nx = 1\\n' $(grep -c score seen) > ${{file}}"
        call = "(exec 3<>/dev/tcp/127.0.0.1/22) 2>/dev/null && echo reached"
        self.model(worker_rule(steps=[{"shell": f"{spy}; {call}"}, {"text": "Done."}]))
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", spec, timeout=240)
        self.assertEqual(self.numbers.rows()[0]["notes"], "0")
        self.assert_explains(done, "refused a connection to 127.0.0.1:22")

    def test_one_that_speaks_another_version_only(self):
        spec = acp_command("claude-acp")
        self.model(worker_rule())
        env = {"CLAUDE_AGENT_ACP_PROTOCOL": "v2", "LEANLAB_AGENT_ENV": "CLAUDE_AGENT_ACP_PROTOCOL"}
        done = self.leanlab("run", "numbers", "--n", 3, "--agent", spec, code=5, env=env)
        self.assert_explains(done, "does not speak version 1 of the Agent Client Protocol", "another agent with --agent")
        self.assertEqual(self.asked(), [])

    def test_claude_without_a_login(self):
        spec = acp_command("claude-acp")
        self.model(worker_rule())
        self.env.pop("ANTHROPIC_API_KEY")
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", spec, code=5, env={"LEANLAB_PATIENCE": "0"})
        self.assert_explains(done, "not logged in", "claude /login, or set ANTHROPIC_API_KEY")

    def test_gemini(self):
        spec = acp_command("gemini") + " --model gemini-2.5-flash"
        self.model(worker_rule())
        self.env.update({"GOOGLE_GEMINI_BASE_URL": f"http://127.0.0.1:{self.port}", "GEMINI_API_KEY": "scripted-key-0123456789"})
        # It asks access(2) for its folder, to which in root's tier B only capabilities lead, of which that call knows nothing.
        made = self.in_both_tiers(spec, 1, "A" if os.geteuid() == 0 else "AB")
        self.assertEqual(sum(e["tokens"]["input"] for e in made), self.served()["input"])
        self.assert_explains(self.leanlab("log", "numbers/1", "--transcript"), "call printf '# idea", "its mode is yolo")
        self.env.pop("GEMINI_API_KEY")
        self.env.pop("GOOGLE_GEMINI_BASE_URL")  # a gateway needs no key
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", spec, code=5, env={"LEANLAB_PATIENCE": "0"})
        self.assert_explains(done, "not logged in", "Log in with Google", "or set GEMINI_API_KEY")

    def test_codex(self):
        spec = acp_command("codex-acp")
        self.model(worker_rule())
        self.codex_provider()
        for experiment in self.in_both_tiers(spec, 2):
            self.assertIsNone(experiment["cost_usd"])
        self.assertEqual([path.name for path in (self.home / ".codex").iterdir()], ["config.toml"], "it kept to a home of its own")
        self.assert_explains(self.leanlab("log", "numbers/1", "--transcript"), "call printf '# idea", "its mode is full-access")

    def test_codex_with_the_login_of_its_cli(self):
        """A key in auth.json is lent to it; a variable with a key is taken when it asks for a login."""
        spec = acp_command("codex-acp")
        self.model(worker_rule())
        folder = self.home / ".codex"
        folder.mkdir()
        (folder / "config.toml").write_text(f'model = "gpt-test"\nopenai_base_url = "http://127.0.0.1:{self.port}/v1"\n')
        self.env["OPENAI_API_KEY"] = "sk-by-variable-0123456789"
        self.assertEqual(len(self.run_it(spec)["experiments"]), 1)
        self.env.pop("OPENAI_API_KEY")
        (folder / "auth.json").write_text(json.dumps({"OPENAI_API_KEY": "sk-by-login-0123456789"}))
        self.assertEqual(len(self.run_it(spec)["experiments"]), 1)
        keys = list(dict.fromkeys(entry["key"] for entry in self.asked("/responses")))
        self.assertEqual(keys, ["Bearer sk-by-variable-0123456789", "Bearer sk-by-login-0123456789"])
        self.assert_explains(self.leanlab("log", "numbers/1", "--transcript"), "it logs in by openai-api-key")

    def test_codex_without_a_login(self):
        spec = acp_command("codex-acp")
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", spec, code=5, env={"LEANLAB_PATIENCE": "0"})
        self.assert_explains(done, "not logged in", "Login with ChatGPT", "codex login, or set OPENAI_API_KEY")


if __name__ == "__main__":
    unittest.main()
