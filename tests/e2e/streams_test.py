"""Recorded streams of the real command-line agents, read by the real readers: what a turn said, used and came to.

They were recorded on the scripted model with `leanlab log --raw`; LEANLAB_RECORD_STREAMS=1 makes them anew with the real
programs. Machine paths are replaced, so that they are the same on every machine.
"""
import json
import os
import re
import shutil
import unittest
from pathlib import Path

from agent_testing import PACKAGES, AgentTest, worker_rule

STREAMS = Path(__file__).parent.parent / "support" / "streams"
WORKER = worker_rule(steps=[
    {"text": "I look around first.", "shell": "ls experiments"},
    {"shell": "printf '# idea ${n}\\nx = 3\\n' > ${file}"},
    {"text": 'Done.\n{"experiment_file": "${file}", "valid": true, "notes": "a recorded idea"}'},
])
FAULTS = {
    "made": [],
    "refusal": [{"fault": "refusal"}] * 8,
    "rate-limit": [{"fault": "status", "status": 429, "message": "Number of requests has exceeded your rate limit"}] * 4,
    "wrong-key": [{"fault": "status", "status": 401, "message": "invalid x-api-key"}] * 4,
}
# What each must come to: exit status of a run without patience, words for people.
ENDS = {"refusal": (0, ["claude failed"]), "rate-limit": (5, ["rate limit"]), "wrong-key": (5, ["not logged in"])}


def scrubbed(stream: list, test: AgentTest) -> str:
    """Its first try, without this machine's paths, and with the lists of tools and commands left out: they are long and of no use here."""
    lines = []
    for line in stream:
        for path in (str(test.project), str(test.home), str(test.temp)):
            line = line.replace(path, "/project")
        line = re.sub(r"\bwork/(\d)", r"turns/\1", line)
        event = json.loads(line)
        for key in ("tools", "slash_commands", "skills", "agents", "plugins", "mcp_servers", "memory_paths"):
            if key in event:
                event[key] = event[key][:2] if isinstance(event[key], list) else {}
        text = re.sub(r"leanlab-test-[0-9-]+[a-z0-9_]*", "test", json.dumps(event))
        lines.append(re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:1", text))
        if event.get("type") in ("result", "turn.completed", "turn.failed"):
            break
    return "\n".join(lines) + "\n"


class Streams(AgentTest):
    def stream(self, agent: str, case: str) -> Path:
        version = PACKAGES[agent][1].rpartition("@")[2]
        return STREAMS / f"{agent}-{version}-{case}.jsonl"

    def play(self, agent: str, case: str, code: int):
        """A run whose agent prints the recorded stream, and writes what the recorded one wrote."""
        shutil.copy(self.stream(agent, case), self.programs / "stream")
        self.program(agent, f"#!/bin/sh\ncat >/dev/null\nprintf '# idea 1\\nx = 3\\n' > experiments/exp_0001.txt\ncat {self.programs}/stream\n")
        lab = self.lab(f"{agent}-{case}")
        return lab, self.leanlab("run", lab.name, "--n", 1, "--agent", agent, "--json=lines", "--skip-checks", code=code, env={"LEANLAB_PATIENCE": "0"})

    def record(self, agent: str, cases: dict):
        if not os.environ.get("LEANLAB_RECORD_STREAMS"):
            return
        self.real(agent)
        for case, faults in cases.items():
            self.model({**WORKER, "faults": faults}, usage={"input": 100, "output": 20, "cache_read": 30, "cache_write": 4})
            if agent == "codex":
                self.codex_provider()
            lab = self.lab(f"recorded-{agent}-{case}")
            self.leanlab("run", lab.name, "--n", 1, "--agent", agent, code=None, env={"LEANLAB_PATIENCE": "60"}, timeout=240)
            turn = [json.loads(line[65:])["body"]["id"] for line in (lab.state / "ledger.jsonl").read_text().splitlines() if '"type":"turn"' in line]
            if turn:
                transcript = self.json("log", f"{lab.name}/{turn[0]}")["transcript_text"]
                raw = [entry["raw"] for entry in map(json.loads, transcript.splitlines()) if "raw" in entry]
                self.stream(agent, case).write_text(scrubbed(raw, self))
        (self.programs / agent).unlink()

    def test_claude(self):
        self.record("claude", FAULTS)
        for case, (code, words) in ENDS.items():  # those that made nothing
            with self.subTest(case):
                lab, done = self.play("claude", case, code)
                self.assert_explains(done, *words)
                self.assertEqual(lab.rows(), [])
        lab, done = self.play("claude", "made", 0)
        [experiment] = json.loads(done.out.splitlines()[-1])["experiments"]
        self.assertEqual((experiment["value"], experiment["notes"]), (3, "idea 1"))
        self.assertEqual(experiment["tokens"], {"input": 300, "output": 60, "cache_read": 90, "cache_write": 12})
        self.assertGreater(experiment["cost_usd"], 0)
        self.check_events(lab, "Bash")

    def test_codex(self):
        cases = {"made": [], "rate-limit": FAULTS["rate-limit"][:2]}
        self.record("codex", cases)
        _, done = self.play("codex", "rate-limit", 5)
        self.assert_explains(done, "rate limit")
        lab, done = self.play("codex", "made", 0)
        [experiment] = json.loads(done.out.splitlines()[-1])["experiments"]
        self.assertEqual(experiment["tokens"], {"input": 300, "output": 60, "cache_read": 90, "cache_write": 0})
        self.check_events(lab, "command_execution")

    def check_events(self, lab, tool: str):
        events = self.json("log", f"{lab.name}/1")["events"]
        calls = [event["name"] for event in events if event["event"] == "tool_call"]
        self.assertEqual(calls, [tool, tool])
        self.assertEqual(len([event for event in events if event["event"] == "tool_result"]), 2)
        self.assertTrue(any("look around" in event.get("text", "") for event in events if event["event"] == "text"))


if __name__ == "__main__":
    unittest.main()
