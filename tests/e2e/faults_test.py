"""Every fault that a provider can have, with each backend: it ends in its documented way, nothing hangs, nothing is left, nothing is lost."""
import json
import os
import unittest

from agent_testing import AgentTest, acp_command, worker_rule
from leanlab_testing import children_of

STATUS = {"fault": "status"}
# What the provider does to each Worker's requests: the first ones go wrong as listed, the later ones are good.
#   "waits": it waits, says why, and makes the experiment; "fruitless": the turn came to nothing and the run goes on;
#   "logged out", "no credit": it says so and gives up when its patience is over; "silent": a clock ended the turn.
FAULTS = {
    "429_with_retry_after": ([{**STATUS, "status": 429, "headers": {"retry-after": "1"}}] * 6, "waits"),
    "429_without_retry_after": ([{**STATUS, "status": 429}] * 4, "waits"),
    "503": ([{**STATUS, "status": 503}] * 4, "waits"),
    "529": ([{**STATUS, "status": 529}] * 4, "waits"),
    "half_a_line": ([{"fault": "half_json"}], "made or fruitless"),
    "early_end": ([{"fault": "early_end"}], "made or fruitless"),
    "disconnect": ([{"fault": "disconnect"}], "made or fruitless"),
    "server_error": ([{**STATUS, "status": 500}], "made or fruitless"),
    "refusal": ([{"fault": "refusal"}] * 8, "fruitless"),
    "too_long": ([{"fault": "too_long"}] * 8, "fruitless"),
    "nonsense": ([{"fault": "nonsense"}] * 12, "fruitless"),
    "cut_at_the_token_limit": ([{"fault": "max_tokens", "text": "so"}] * 8, "fruitless"),
    "wrong_key": ([{**STATUS, "status": 401, "message": "invalid x-api-key"}] * 12, "logged out"),
    "payment_required": ([{**STATUS, "status": 402, "message": "You have run out of tokens."}] * 12, "no credit"),
    "forbidden": ([{**STATUS, "status": 403, "message": "your organization has been disabled"}] * 12, "logged out"),
    "no_credit": ([{**STATUS, "status": 400, "message": "Your credit balance is too low to access the API."}] * 12, "no credit"),
    "quota": ([{**STATUS, "status": 429, "message": "You exceeded your current quota (insufficient_quota)."}] * 12, "no credit"),
    "stall": ([{"fault": "stall", "seconds": 600}] * 12, "silent"),
    "stall_midway": ([{"fault": "stall_midway", "seconds": 600}] * 12, "silent"),
}
# What is said when patience is over, and what to do.
PLAIN = {
    "logged out": ("not logged in", "log in with"),
    "no credit": ("out of credit", "add credit, or choose another agent"),
    "limit": ("rate limit", "run it again later"),
}


class Faults(AgentTest):
    def use(self, agent: str) -> str:
        """Makes `agent` usable on the model that self.model() started; what --agent takes."""
        if agent in ("claude", "codex") and not (self.programs / agent).exists():
            self.real(agent)
        if agent in ("codex", "codex-acp"):
            self.codex_provider()
        if agent in ("claude-acp", "codex-acp"):
            return acp_command(agent)
        if agent == "openai":
            self.env.pop("ANTHROPIC_API_KEY", None)
            self.env["LEANLAB_API_URL"] = f"http://127.0.0.1:{self.port}/v1"
            return "api:scripted"
        return {"anthropic": "api:anthropic/scripted"}.get(agent, agent)

    def suffer(self, agent: str, fault: str):
        faults, outcome = FAULTS[fault]
        if outcome == "waits" and agent in ("codex", "codex-acp"):
            # It tries again by itself, four times, after a 529 and not after a 429.
            faults = faults[:2] if fault.startswith("429") else [*faults, *faults[:2]]
        if outcome == "waits" and agent == "claude-acp":
            faults = faults * 2  # it names its session besides, and that fails first
        if (agent, fault) == ("codex-acp", "quota"):
            outcome = "limit"  # it does not say why it was refused
        self.model(worker_rule(faults=faults))
        spec = self.use(agent)
        patience = {"waits": "60"}.get(outcome, "0")
        env = {"LEANLAB_PATIENCE": patience, "LEANLAB_AGENT_CLOCKS": "60,6" if outcome == "silent" else "120,120"}
        done = self.leanlab("run", self.numbers.name, "--n", 1, "--agent", spec, "--json=lines", code=None, env=env, timeout=280)
        try:
            self.judge(done, outcome)
            self.assert_nothing_is_left()
        except AssertionError as error:
            raise AssertionError(f"{agent}, {fault}: {error}\n{done}") from None

    def judge(self, done, outcome: str):
        events = [json.loads(line) for line in done.out.splitlines()]
        failed = [event for event in events if event.get("event") == "attempt_failed"]
        rows = self.numbers.rows()
        if outcome in PLAIN:
            self.assertEqual((done.code, rows, failed), (5, [], []))
            self.assert_explains(done, *PLAIN[outcome])
            self.assertTrue(events[-1]["error"]["next"], "it does not say what to do")
            return
        self.assertEqual(done.code, 0)
        if outcome == "waits":
            self.assertEqual((len(rows), failed), (1, []), "a limit spends no attempt")
            self.assertIn("goes on in", done.out)
        elif outcome == "made or fruitless":
            self.assertEqual(len(rows) + len(failed), 1)
        else:
            self.assertEqual((rows, len(failed)), ([], 1))
            self.assertTrue(failed[0]["reason"], failed)
            if outcome == "silent":
                self.assertIn("said nothing for", failed[0]["reason"])
                self.assertIn("LEANLAB_AGENT_CLOCKS", failed[0]["reason"])
        self.assert_book_is_sound(self.numbers, len(rows))

    def assert_nothing_is_left(self):
        self.assertEqual(children_of(self.mark), [], "processes were left behind")
        self.assertEqual(os.listdir(self.temp / "tmp"), [])
        self.assertEqual(os.listdir(self.numbers.state / "work"), [])

    def all_of(self, agent: str, *faults):
        """Each in a lab of its own."""
        for fault in faults or FAULTS:
            with self.subTest(agent=agent, fault=fault):
                self.numbers = self.lab(f"{agent}-{fault}".replace("_", "-"), director_every=0, critic_every=0)
                self.suffer(agent, fault)

    def test_api_with_messages(self):
        self.all_of("anthropic")

    def test_api_with_chat_completions(self):
        self.all_of("openai")

    def test_claude(self):
        self.all_of("claude", "429_without_retry_after", "half_a_line", "no_credit")

    def test_codex(self):
        self.all_of("codex", "529", "early_end", "wrong_key")

    def test_acp(self):
        self.all_of("claude-acp", "429_with_retry_after", "refusal", "quota")

    def test_full_claude(self):
        self.all_of("claude")

    def test_full_codex(self):
        self.all_of("codex")

    def test_full_claude_by_acp(self):
        self.all_of("claude-acp")

    def test_full_codex_by_acp(self):
        self.all_of("codex-acp")


if __name__ == "__main__":
    unittest.main()
