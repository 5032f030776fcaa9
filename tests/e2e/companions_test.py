"""A program of a person's own as an agent, and what lies beside it: its code can be read, anything else is named by sandbox.read."""
import unittest

from agent_testing import AgentTest

PROPOSE_PY = """\
import os, sys, time
import helper
from parts import more
leaks = []
for name in ({names}):
    try:
        leaks.append(open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name)).read().strip())
    except OSError:
        pass
open(os.environ["LEANLAB_EXPERIMENT"], "w").write(f"# {{' '.join(leaks)}}\\nx = {{helper.x() + more.x()}}{{time.time_ns() % 10**6:06}}\\n")
"""
OTHERS = ("letter.txt", ".env", "id.pem", "data.json", ".hidden.py", "link.py", "private/key.py")


class Companions(AgentTest):
    def setUp(self):
        super().setUp()
        self.numbers = self.lab(director_every=0, critic_every=0)

    def program_in(self, folder):
        """A program of several files, among things that are not for agents."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "parts").mkdir()
        (folder / "private").mkdir()
        (folder / "parts/__init__.py").write_text("")
        (folder / "parts/more.py").write_text("def x():\n    return 1\n")
        (folder / "helper.py").write_text("def x():\n    return 1\n")
        for name in OTHERS:
            if name != "link.py":
                (folder / name).write_text("secret-" + name)
        (self.temp / "secret.py").write_text("secret-link.py")
        (folder / "link.py").symlink_to(self.temp / "secret.py")
        script = folder / "propose.py"
        script.write_text(PROPOSE_PY.format(names=", ".join(map(repr, OTHERS))))
        return script

    def made(self, script, **env) -> list:
        done = self.json("run", "numbers", "--n", 1, "--agent", f"command:/usr/bin/python3 '{script}'", "--skip-checks", env=env)
        return [(experiment["value"] // 10**6, experiment["notes"]) for experiment in done["experiments"]]

    def test_code_beside_it_is_readable_and_nothing_else(self):
        script = self.program_in(self.home / "src" / "my agent")
        for tier in ("A", "B"):
            with self.subTest(tier):
                if self.json("doctor", env={"LEANLAB_FORCE_TIER": tier})["tier"] == tier:
                    self.assertEqual(self.made(script, LEANLAB_FORCE_TIER=tier), [(2, "")])

    def test_a_folder_that_only_its_owner_may_enter(self):
        script = self.program_in(self.home / "agents")
        script.parent.chmod(0o700)
        for tier in ("A", "B"):
            with self.subTest(tier):
                if self.json("doctor", env={"LEANLAB_FORCE_TIER": tier})["tier"] == tier:
                    self.assertEqual(self.made(script, LEANLAB_FORCE_TIER=tier), [(2, "")])

    def test_nothing_beside_it_in_a_home_and_the_failed_turn_says_what_to_do(self):
        if self.json("doctor")["tier"] == "C":
            self.skipTest("nothing is hidden in tier C")
        script = self.program_in(self.home)
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", f"command:/usr/bin/python3 '{script}'", "--skip-checks")
        self.assert_explains(done, "No module named 'helper'", f'put "sandbox": {{"read": ["{self.home}"]}} into lab.json')
        self.assertEqual(self.numbers.rows(), [])

    def test_sandbox_read_shows_the_rest(self):
        folder = self.home / "src" / "agent"
        script = self.program_in(folder)
        self.numbers.configure(sandbox={"read": [str(folder)]})
        self.assertIn("secret-letter.txt", self.made(script)[0][1])

    def test_what_is_kept_from_agents_stays_so(self):
        """A script that lies among the data of a lab sees the data no better for it."""
        if self.json("doctor")["tier"] == "C":
            self.skipTest("nothing is hidden in tier C")
        folder = self.home / "answers"
        script = self.program_in(folder)
        self.numbers.configure(data=[str(folder)])
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", f"command:/usr/bin/python3 '{script}'", "--skip-checks", code=None)
        self.assertEqual(self.numbers.rows(), [], done)
        self.assertNotIn("secret-", done.text)


if __name__ == "__main__":
    unittest.main()
