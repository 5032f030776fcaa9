"""Making labs with an agent: init headless, its refusals, fix, and what init --for-agent writes."""
import json
import os
import pty
import re
import unittest

from leanlab_testing import BIN, LeanlabTest

EVALUATION = 'f=$2\n[ -f "$f" ] || { echo "no file $f" >&2; exit 2; }\nx=$(sed -n "s/^x = //p" "$f")\n[ -n "$x" ] || exit 1\necho "{\\"score\\": $x}"\n'
VALIDATE = 'if grep -q "^x = " "$2"; then echo VALID; else echo "INVALID: no x"; fi\n'
TASK = {"task_md": "# Find the largest x\n\nA candidate has one line, x = NUMBER.", "objective": {"metric": "score", "direction": "max"}, "description": "the largest x"}
SCORER = {
    "eval_cmd": "sh evaluation.sh --experiment {file}",
    "validate_cmd": "sh validate.sh --experiment {file}",
    "files": {"evaluation.sh": EVALUATION, "validate.sh": VALIDATE, "experiments/sample.txt": "# the start\nx = 0\n"},
    "packages": [],
}


QUESTION = r"\[1\] |What should change\? "  # what a prompt ends in


class Making(LeanlabTest):
    def setUp(self):
        super().setUp()
        self.prompts = self.temp / "prompts"
        self.prompts.mkdir()
        (self.temp / "agent").mkdir()
        self.env["LEANLAB_AGENT_WRITE"] = f"{self.prompts}:{self.temp / 'agent'}"

    def architect(self, task=TASK, scorer=SCORER, before="", fixer="true"):
        """A program that plays architect and fixer, with prose around its JSON."""
        folder = self.temp / "agent"
        folder.mkdir(exist_ok=True)
        (folder / "task.json").write_text("Here is my draft.\n```json\n" + json.dumps(task) + "\n```\nI hope you like it {really}.\n")
        (folder / "scorer.json").write_text("Done!\n" + json.dumps(scorer) + "\n")
        script = folder / "agent.sh"
        script.write_text(
            "#!/bin/sh\n"
            f'cat >"{self.prompts}/$LEANLAB_ROLE-$(date +%s%N)"\nlast=$(ls -t {self.prompts}/$LEANLAB_ROLE-* | head -1)\n'
            f"{before}\n"
            f'if [ "$LEANLAB_ROLE" = fixer ]; then\n{fixer}\nexit; fi\n'
            f'if grep -q "The task, as approved" "$last"; then cat {folder}/scorer.json; else cat {folder}/task.json; fi\n'
        )
        script.chmod(0o755)
        return f"command:{script}"

    def init(self, *args, code=0, agent=None, **options):
        return self.leanlab("init", "numbers", "--describe", "Find the largest x", "--agent", agent or self.architect(), *args, code=code, **options)

    def test_an_agent_makes_a_lab_that_runs(self):
        made = json.loads(self.init("--yes", "--json").out)
        self.assertTrue(made["ok"], made)
        self.assertEqual(made["objective"], {"metric": "score", "direction": "max"})
        self.assertTrue(self.json("check", "numbers")["ok"])
        self.leanlab("lock", "numbers")
        lab = self.project / ".leanlab" / "numbers"
        (lab / "experiments" / "a.txt").write_text("# mine\nx = 3\n")
        self.assertEqual(self.json("submit", "numbers", lab / "experiments" / "a.txt")["best"], 3)
        ledger = (self.project / ".leanlab/state/labs/numbers/ledger.jsonl").read_text()
        self.assertIn('"type":"evaluator_approved"', ledger)
        self.assertIn('"role":"architect"', ledger)
        prompt = sorted(self.prompts.glob("architect-*"))[0].read_text()
        self.assertTrue(prompt.startswith("You are the ARCHITECT"))
        self.assertIn("Find the largest x", prompt)

    def test_files_may_lie_in_its_folder(self):
        scorer = {**SCORER, "files": {}}
        before = f"mkdir -p experiments; cat >evaluation.sh <<'E'\n{EVALUATION}E\ncat >validate.sh <<'E'\n{VALIDATE}E\necho 'x = 0' >experiments/sample.txt"
        self.init("--yes", agent=self.architect(scorer=scorer, before=before))
        self.assertTrue(self.json("check", "numbers")["ok"])

    def test_nobody_to_ask_is_exit_7_and_leaves_nothing(self):
        self.assert_explains(self.init(code=7), "--yes")
        self.assertEqual(list((self.project / ".leanlab").glob("numbers*")), [])

    def test_a_person_views_gives_feedback_and_approves(self):
        """On a terminal: the task is viewed and changed once, the evaluator is approved."""
        agent = self.architect()
        answers = ["2", "3", "make it harder", "1", "1"]
        text, code = self.on_a_terminal(["init", "numbers", "--describe", "Find the largest x", "--agent", agent], answers)
        self.assertEqual(code, 0, text)
        self.assertTrue(self.json("check", "numbers")["ok"])
        asked = [path.read_text() for path in sorted(self.prompts.glob("architect-*"))]
        self.assertEqual(len(asked), 3)
        self.assertIn("make it harder", asked[1])

    def test_a_person_cancels_and_nothing_is_made(self):
        text, code = self.on_a_terminal(["init", "numbers", "--describe", "Find the largest x", "--agent", self.architect()], ["1", "4"])
        self.assertEqual(code, 8, text)
        self.assertEqual(sorted(p.name for p in (self.project / ".leanlab").iterdir()), [])

    def on_a_terminal(self, arguments, answers):
        """Runs the program on a terminal of its own; answers each question in turn."""
        env = {key: value for key, value in self.env.items() if key != "CI"}
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.project)
            os.execve(BIN, [BIN, *arguments], {**env, "TERM": "dumb"})
        text, seen, answers = "", 0, list(answers)
        while True:
            try:
                text += os.read(terminal, 65536).decode(errors="replace")
            except OSError:  # the other end has closed
                break
            if answers and re.search(QUESTION, text[seen:]):
                seen = len(text)
                os.write(terminal, (answers.pop(0) + "\n").encode())
        os.close(terminal)
        return text, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def test_an_owner_who_wants_a_person(self):
        config = self.home / ".config" / "leanlab" / "config.json"
        config.parent.mkdir(parents=True)
        config.write_text('{"owner": {"require": "person"}}')
        self.assert_explains(self.init("--yes", code=7), "owner")
        self.assertEqual(sorted(p.name for p in (self.project / ".leanlab").iterdir()), [])

    def test_an_agent_that_gives_nothing_is_asked_three_times(self):
        done = self.init("--yes", code=1, agent=self.architect(task={"nothing": 1}))
        self.assert_explains(done, "task_md")
        self.assertEqual(len(list(self.prompts.glob("architect-*"))), 3)
        self.assertFalse((self.project / ".leanlab" / "numbers").exists())

    def test_a_file_outside_of_the_lab_is_refused(self):
        for name in ("../evil.sh", "/tmp/evil.sh", "lab.json", "results.jsonl"):
            with self.subTest(name):
                self.init("--yes", code=1, agent=self.architect(scorer={**SCORER, "files": {**SCORER["files"], name: "x"}}))
                self.assertFalse((self.project / ".leanlab" / "numbers").exists())

    def test_a_broken_draft_is_mended(self):
        scorer = {**SCORER, "files": {**SCORER["files"], "evaluation.sh": "echo broken >&2; exit 1\n"}}
        fixer = f"cat >evaluation.sh <<'E'\n{EVALUATION}E\n"
        done = self.init("--yes", agent=self.architect(scorer=scorer, fixer=fixer))
        self.assert_explains(done, "evaluation.sh")
        self.assertTrue(self.json("check", "numbers")["ok"])

    def test_fix_mends_what_check_found(self):
        lab = self.lab("broken", files={"evaluation.sh": "exit 1\n"})
        good = EVALUATION.replace("$2", "$1")
        agent = self.architect(fixer=f"cat >evaluation.sh <<'E'\n{good}E\necho x >experiments/other.txt; rm -f task.md")
        fixed = json.loads(self.leanlab("fix", "broken", "--agent", agent, "--json").out)
        self.assertTrue(fixed["ok"], fixed)
        self.assertEqual(fixed["rounds"], 1)
        self.assertTrue((lab.folder / "task.md").exists(), "a fixer deletes nothing")
        self.assertFalse((lab.folder / "experiments/other.txt").exists())
        self.assertIn('"type":"mended"', (lab.state / "ledger.jsonl").read_text())

    def test_fix_gives_up_after_three_rounds(self):
        self.lab("broken", files={"evaluation.sh": "exit 1\n"})
        fixed = json.loads(self.leanlab("fix", "broken", "--agent", self.architect(), "--json", code=3).out)
        self.assertEqual(fixed["rounds"], 3)
        self.leanlab("fix", "broken", code=5)

    def test_fix_never_touches_what_is_sealed(self):
        lab = self.lab("sealed")
        self.leanlab("lock", "sealed")
        lab.configure(validate_cmd="sh missing.sh {file}")
        before = (lab.folder / "evaluation.sh").read_text()
        done = self.leanlab("fix", "sealed", "--agent", self.architect(fixer="chmod +w evaluation.sh; echo 'echo 1' >evaluation.sh"), code=3)
        self.assert_explains(done, "refused", "evaluation.sh")
        self.assertEqual((lab.folder / "evaluation.sh").read_text(), before)

    def test_for_agent_is_idempotent(self):
        (self.project / "CLAUDE.md").write_text("# Mine\n\nkeep this\n")
        (self.project / ".mcp.json").write_text('{"mcpServers": {"other": {"command": "x"}}}\n')
        first = json.loads(self.leanlab("init", "--for-agent", "--json").out)
        self.assertTrue(first["changed"])
        files = {name: (self.project / name).read_text() for name in (".claude/skills/leanlab/SKILL.md", "CLAUDE.md", "AGENTS.md", ".mcp.json")}
        self.assertIn("keep this", files["CLAUDE.md"])
        self.assertEqual(set(json.loads(files[".mcp.json"])["mcpServers"]), {"other", "leanlab"})
        self.assertTrue(files[".claude/skills/leanlab/SKILL.md"].startswith("---\nname: leanlab\n"))
        second = json.loads(self.leanlab("init", "--for-agent", "--json").out)
        self.assertFalse(second["changed"])
        for name, text in files.items():
            self.assertEqual((self.project / name).read_text(), text, name)
        (self.project / "AGENTS.md").write_text("before\n" + files["AGENTS.md"].replace("## leanlab", "## old") + "after\n")
        self.leanlab("init", "--for-agent")
        mended = (self.project / "AGENTS.md").read_text()
        self.assertNotIn("## old", mended)
        self.assertTrue(mended.startswith("before\n") and mended.endswith("after\n"), mended)

    def test_for_agent_leaves_a_broken_mcp_file_and_all_else_alone(self):
        (self.project / ".mcp.json").write_text("{oops")
        self.leanlab("init", "--for-agent", code=3)
        self.assertFalse((self.project / "CLAUDE.md").exists())


if __name__ == "__main__":
    unittest.main()
