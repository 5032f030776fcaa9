"""The backend acp: an agent made with the protocol's official SDK."""
import shutil
import unittest
from pathlib import Path

from agent_testing import AgentTest, installed


class Acp(AgentTest):
    def setUp(self):
        super().setUp()
        self.numbers = self.lab()
        modules = installed("acp")
        node = shutil.which("node")
        if not node:
            self.skipTest("node is not installed")
        sdk = modules / "@agentclientprotocol" / "sdk" / "dist" / "v1" / "stable" / "acp.js"
        if not sdk.exists():
            self.skipTest(f"the SDK has no {sdk}")
        script = Path(__file__).parent.parent / "support" / "acp_agent.mjs"
        shutil.copy(script, self.programs / "acp_agent.mjs")
        self.spec = f"acp:{node} {self.programs}/acp_agent.mjs {sdk}"

    def test_permissions_are_answered_and_files_refused(self):
        [experiment] = self.json("run", "numbers", "--n", 1, "--agent", self.spec)["experiments"]
        self.assertEqual(experiment["value"], 6)
        self.assertEqual(experiment["notes"], "was refused the client's files")
        events = self.json("log", "numbers/1")["events"]
        calls = [event["event"] for event in events if event["event"].startswith("tool_")]
        self.assertEqual(calls, ["tool_call", "tool_result"] * 2, "a call that is told when it is over is over")

    def test_files_through_the_client_stay_in_its_copy(self):
        [experiment] = self.json("run", "numbers", "--n", 1, "--agent", self.spec + " files")["experiments"]
        self.assertEqual(experiment["value"], 8)
        self.assertEqual(experiment["notes"], "0 went out; # Find the largest x")

    def test_ends_that_are_no_success(self):
        for mode, words in (("refuse", "because of refusal"), ("crash", "exit status 7")):
            done = self.leanlab("run", "numbers", "--n", 1, "--agent", f"{self.spec} {mode}")
            self.assert_explains(done, words)
        self.assertEqual(self.numbers.rows(), [])

    def test_an_agent_that_hangs_is_ended(self):
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", f"{self.spec} hang", env={"LEANLAB_AGENT_CLOCKS": "30,3"})
        self.assert_explains(done, "said nothing for 3")

    def test_an_agent_that_wants_a_login_is_exit_5(self):
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", f"{self.spec} login", code=5, env={"LEANLAB_PATIENCE": "0"})
        self.assert_explains(done, "not logged in", "LEANLAB_AGENT_ENV")

    def test_a_login_that_needs_nobody_is_taken(self):
        env = {"LEANLAB_PATIENCE": "0", "MY_API_KEY": "sk-mine-0123456789"}
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", f"{self.spec} key", code=5, env=env)
        self.assert_explains(done, "not logged in", "In the browser, By key")
        [experiment] = self.json("run", "numbers", "--n", 1, "--agent", f"{self.spec} key", env={**env, "LEANLAB_AGENT_ENV": "MY_API_KEY"})["experiments"]
        self.assertEqual(experiment["value"], 6)
        self.assert_explains(self.leanlab("log", "numbers/1", "--transcript"), "it logs in by my-api-key")

    def test_another_version_of_the_protocol(self):
        done = self.leanlab("run", "numbers", "--n", 3, "--agent", f"{self.spec} version", code=5)
        self.assert_explains(done, "it speaks version 7 of the Agent Client Protocol, and leanlab version 1", "another agent with --agent")

    def test_a_repair_gets_the_whole_brief_and_the_error(self):
        [experiment] = self.json("run", "numbers", "--n", 1, "--agent", f"{self.spec} mend")["experiments"]
        self.assertEqual(experiment["value"], 5)


if __name__ == "__main__":
    unittest.main()
