"""The MCP server: with raw lines, and with the real client of npm's @modelcontextprotocol/sdk where npm can be reached."""
import json
import os
import shutil
import subprocess
import unittest

from agent_testing import installed
from leanlab_testing import BIN, LeanlabTest

CLIENT_JS = """\
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
const [command, cwd, file] = process.argv.slice(2);
const transport = new StdioClientTransport({ command, args: ["mcp"], cwd, env: process.env });
const client = new Client({ name: "test", version: "1" });
await client.connect(transport);
const tools = (await client.listTools()).tools.map((tool) => tool.name);
const list = await client.callTool({ name: "list", arguments: {} });
const submit = await client.callTool({ name: "submit", arguments: { lab: "numbers", files: [file] } });
const wrong = await client.callTool({ name: "show", arguments: { id: "numbers/99" } });
console.log(JSON.stringify({ server: client.getServerVersion(), tools, list, submit, wrong }));
await client.close();
"""


class Mcp(LeanlabTest):
    def setUp(self):
        super().setUp()
        self.numbers = self.lab()

    def talk(self, *messages, args=()):
        """Sends requests, closes, and returns the answers by id."""
        lines = "".join(json.dumps({"jsonrpc": "2.0", **message}) + "\n" for message in messages)
        done = subprocess.run([BIN, "mcp", *args], input=lines, cwd=self.project, env=self.env, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        return {answer["id"]: answer for answer in answers}

    def call(self, name, args=(), **arguments):
        answer = self.talk({"id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}, args=args)[1]
        self.assertIn("result", answer, answer)
        result = answer["result"]
        self.assertEqual(json.loads(result["content"][0]["text"]), result["structuredContent"])
        return result

    def test_a_handshake_and_the_tools(self):
        answers = self.talk(
            {"id": 1, "method": "initialize", "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}},
            {"method": "notifications/initialized"},
            {"id": 2, "method": "tools/list"},
        )
        self.assertEqual(answers[1]["result"]["protocolVersion"], "2025-11-25")
        tools = {tool["name"]: tool for tool in answers[2]["result"]["tools"]}
        self.assertLessEqual({"list", "status", "check", "submit", "run", "wait", "cancel", "diff"}, set(tools))
        for name in ("unlock", "init", "spec"):
            self.assertNotIn(name, tools, "acts of the owner are no tools unless the person granted them")
        self.assertEqual(tools["submit"]["inputSchema"]["required"], ["lab", "files"])

    def test_acts_of_the_owner_want_a_flag(self):
        self.leanlab("lock", "numbers")
        self.assertIn("error", self.talk({"id": 1, "method": "tools/call", "params": {"name": "unlock", "arguments": {"lab": "numbers"}}})[1])
        self.call("unlock", args=["--allow-approve"], lab="numbers")
        ledger = (self.numbers.state / "ledger.jsonl").read_text().splitlines()[-1]
        self.assertIn('"driver":"agent"', ledger)

    def test_work_through_tools(self):
        self.assertEqual(self.call("list")["structuredContent"]["labs"][0]["name"], "numbers")
        self.assertTrue(self.call("check", lab="numbers")["structuredContent"]["ok"])
        one = self.candidate("a.txt", "# one\nx = 1\n")
        two = self.candidate("b.txt", "# two\nx = 2\n")
        judged = self.call("submit", lab="numbers", files=[str(one), str(two)])["structuredContent"]
        self.assertEqual(judged["best"], 2)
        difference = self.call("diff", id="numbers/2", against="numbers/1")["structuredContent"]
        self.assertIn("+x = 2", difference["diff"])
        self.assertEqual((difference["value"], difference["against_value"]), (2, 1))
        wrong = self.call("show", id="numbers/77")
        self.assertTrue(wrong["isError"])
        self.assertEqual(wrong["structuredContent"]["exit_code"], 2)

    def test_a_run_is_started_waited_for_and_ended(self):
        handle = self.call("run", lab="numbers", n=3, agent="command:./propose.sh")
        self.assertFalse(handle["isError"], handle)
        done = self.call("wait", lab="numbers", seconds=100)["structuredContent"]
        self.assertFalse(done["running"])
        self.assertEqual(done["status"]["experiments"], 3)
        self.call("run", lab="numbers", n=2000, agent="command:./propose.sh")
        self.call("cancel", lab="numbers")
        self.assertFalse(self.call("wait", lab="numbers", seconds=100)["structuredContent"]["running"])
        self.assert_book_is_sound(self.numbers)

    def test_arguments_cannot_be_options(self):
        answer = self.talk({"id": 1, "method": "tools/call", "params": {"name": "show", "arguments": {"id": "--help"}}})[1]
        self.assertTrue(answer["result"]["isError"])
        for arguments in ({}, {"id": 5}, {"id": "a/1", "more": 1}):
            answer = self.talk({"id": 1, "method": "tools/call", "params": {"name": "show", "arguments": arguments}})[1]
            self.assertEqual(answer["error"]["code"], -32602, answer)

    def test_with_the_real_client(self):
        if not shutil.which("node"):
            self.skipTest("node is not installed")
        folder = installed("mcp").parent
        script = folder / "leanlab-client.mjs"
        script.write_text(CLIENT_JS)
        file = self.candidate("c.txt", "# from a client\nx = 7\n")
        env = {**self.env, "PATH": os.environ["PATH"]}
        done = subprocess.run(["node", str(script), BIN, str(self.project), str(file)], capture_output=True, text=True, env=env, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        told = json.loads(done.stdout)
        self.assertEqual(told["server"]["name"], "leanlab")
        self.assertIn("submit", told["tools"])
        self.assertEqual(told["list"]["structuredContent"]["labs"][0]["name"], "numbers")
        self.assertEqual(told["submit"]["structuredContent"]["best"], 7)
        self.assertTrue(told["wrong"]["isError"])


if __name__ == "__main__":
    unittest.main()
