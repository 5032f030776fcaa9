"""The whole way with each backend: init, check, lock, run; what is made, who wrote what, what was counted, what can be read again."""
import json
import shutil
import unittest
from pathlib import Path

from agent_testing import AgentTest, acp_command, installed
from leanlab_testing import Lab
from team_script import SCORER, TASK, TEAM_SH, team_rules

KINDS = ("input", "output", "cache_read", "cache_write")


class WholePath(AgentTest):
    """A case names an agent; all of them must come to the same."""

    def setUp(self):
        super().setUp()
        self.numbers = Lab(self.project / ".leanlab" / "numbers")

    # The ways to an agent

    def claude(self) -> str:
        self.model(*team_rules(), usage={"cache_read": 7, "cache_write": 3})
        self.real("claude")
        return "claude"

    def codex(self) -> str:
        self.model(*team_rules(), usage={"cache_read": 30})
        self.codex_provider()
        self.real("codex")
        return "codex"

    def anthropic(self) -> str:
        self.model(*team_rules(), usage={"cache_read": 7, "cache_write": 3})
        return "api:anthropic/scripted-model"

    def openai(self) -> str:
        self.model(*team_rules(), usage={"cache_read": 5})
        self.env.pop("ANTHROPIC_API_KEY")
        self.env["LEANLAB_API_URL"] = f"http://127.0.0.1:{self.port}/v1"
        return "api:scripted-model"

    def acp(self) -> str:
        sdk = installed("acp") / "@agentclientprotocol" / "sdk" / "dist" / "v1" / "stable" / "acp.js"
        node = shutil.which("node")
        if not node or not sdk.exists():
            self.skipTest("node or the protocol's SDK is not installed")
        self.model(*team_rules())
        script = shutil.copy(Path(__file__).parent.parent / "support" / "acp_agent.mjs", self.programs)
        return f"acp:{node} {script} {sdk} http://127.0.0.1:{self.port}"

    def claude_by_acp(self) -> str:
        spec = acp_command("claude-acp")
        self.model(*team_rules(), usage={"cache_read": 7, "cache_write": 3})
        return spec

    def script(self) -> str:
        (self.programs / "task.json").write_text("A draft:\n" + json.dumps(TASK) + "\n")
        (self.programs / "scorer.json").write_text(json.dumps(SCORER) + "\n")
        return f"command:{self.program('team.sh', TEAM_SH.format(folder=self.programs))}"

    # What must come of it

    def ledger(self, kind: str) -> list:
        records = [json.loads(line[65:]) for line in (self.numbers.state / "ledger.jsonl").read_text().splitlines()]
        return [record["body"] for record in records if record["type"] == kind]

    def blob(self, sha256: str) -> str:
        return (self.numbers.state / "blobs" / sha256[:2] / sha256[2:]).read_text()

    def go(self, agent: str, n: int, parallel: int):
        made = self.json("init", "numbers", "--describe", "Find the largest x", "--yes", "--agent", agent, timeout=240)
        self.assertTrue(made["ok"], made)
        check = self.json("check", "numbers", timeout=240)
        self.assertTrue(check["ok"], check)
        self.leanlab("lock", "numbers")
        summary = self.json("run", "numbers", "--n", n, "--parallel", parallel, "--agent", agent, timeout=280)
        self.check_experiments(summary, n, agent)
        self.check_notes(n)
        self.check_turns(summary)
        self.assert_book_is_sound(self.numbers, n)
        return summary

    def check_experiments(self, summary: dict, n: int, agent: str):
        experiments = summary["experiments"]
        self.assertEqual((summary["new"], len(experiments), summary["refused"]), (n, n, []), summary)
        self.assertEqual([e["reason"] for e in experiments if e["status"] == "invalid"], [])
        self.assertEqual(len({e["value"] for e in experiments}), n, "no two Workers shared a file")
        self.assertTrue(all(e["sealed"] and e["agent"] == agent for e in experiments), experiments)
        for experiment in experiments:
            text = (self.numbers.folder / experiment["experiment_file"]).read_text()
            self.assertIn(f"x = {int(experiment['value'])}\n", text)

    def check_notes(self, n: int):
        """Each file is written by its role alone, and every version can be read again."""
        steered = self.ledger("steered")
        self.assertEqual([record["role"] for record in steered].count("critic"), n // 5, steered)
        self.assertEqual([record["role"] for record in steered].count("director"), n // 5, steered)
        for role, file, words in (("director", "Director_Notes.md", "Look higher"), ("critic", "Critic_Feedback.md", "Too timid")):
            versions = [self.blob(record["sha256"]) for record in steered if record["role"] == role]
            self.assertEqual(len(set(versions)), len(versions), "a version is missing")
            self.assertTrue(all(words in version for version in versions), versions)
            self.assertEqual((self.numbers.folder / file).read_text(), versions[-1])
        for record in steered:
            self.assertEqual((record["refused"], record["undone_in_copy"], record["undone_in_lab"]), (None, [], []))

    def check_turns(self, summary: dict):
        turns = self.ledger("turn")
        self.assertEqual({turn["outcome"] for turn in turns}, {"done"}, turns)
        self.assertEqual({turn["role"] for turn in turns}, {"architect", "worker", "director", "critic"})
        files = [denied for turn in turns for denied in turn["denied"] if denied["what"].startswith(("open ", "change "))]
        self.assertEqual(files, [], "an honest agent is said to have reached for what is kept from it")
        of_run = [turn for turn in turns if turn["role"] != "architect"]
        self.assertEqual(summary["turns"], len(of_run))
        if summary["tokens"] is not None:
            total = {kind: sum(turn["tokens"][kind] for turn in of_run) for kind in KINDS}
            self.assertEqual(summary["tokens"], total)
        for experiment in summary["experiments"]:
            self.assertTrue(self.leanlab("log", experiment["id"], "--transcript").out.strip(), experiment["id"])
        for turn in turns:
            self.assertTrue(self.leanlab("log", turn["id"]).out.strip(), turn)

    def check_counts(self):
        """To the token: what the model served is what stands in the ledger."""
        turns = self.ledger("turn")
        self.assertEqual({kind: sum(turn["tokens"][kind] for turn in turns) for kind in KINDS}, self.served())

    def check_transcript(self):
        log = self.json("log", "numbers/1")
        kinds = [event["event"] for event in log["events"]]
        self.assertEqual((kinds[0], kinds[-1]), ("turn", "end"))
        self.assertIn("tool_call", kinds)
        self.assertIn("tool_result", kinds)
        tokens = log["events"][-1]["tokens"]
        self.assertEqual((tokens["input"], tokens["output"]), (200, 40))

    # The cases: a small one of each, and the size that people begin with

    def test_claude(self):
        self.go(self.claude(), 5, 3)
        self.check_counts()
        self.check_transcript()

    def test_codex(self):
        self.go(self.codex(), 5, 3)
        self.check_counts()
        self.check_transcript()

    def test_api_with_messages(self):
        self.go(self.anthropic(), 12, 3)
        self.check_counts()
        self.check_transcript()

    def test_api_with_chat_completions(self):
        self.go(self.openai(), 12, 3)
        self.check_counts()
        self.check_transcript()

    def test_acp(self):
        self.go(self.acp(), 5, 3)
        self.check_counts()

    def test_a_script_of_ten_lines(self):
        summary = self.go(self.script(), 12, 3)
        self.assertEqual(summary["tokens"], {"input": 16 * 30, "output": 16 * 7, "cache_read": 0, "cache_write": 0})
        self.assertAlmostEqual(summary["cost_usd"], 4.0)

    def test_full_claude_twelve(self):
        self.go(self.claude(), 12, 3)
        self.check_counts()

    def test_full_codex_twelve(self):
        self.go(self.codex(), 12, 3)
        self.check_counts()

    def test_full_claude_by_acp_twelve(self):
        self.go(self.claude_by_acp(), 12, 3)
        self.check_counts()

    def test_full_acp_twelve(self):
        self.go(self.acp(), 12, 3)
        self.check_counts()


if __name__ == "__main__":
    unittest.main()
