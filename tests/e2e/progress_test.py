"""What a person sees: live lines on a real terminal (in tmux), plain lines elsewhere, and a closing summary."""
import os
import shlex
import shutil
import subprocess
import unittest

import leanlab_testing
from leanlab_testing import LeanlabTest, children_of, wait_until


class PlainLines(LeanlabTest):
    def test_without_a_terminal_lines_are_plain(self):
        lab = self.lab()
        done = self.leanlab("run", "numbers", "--n", 3, "--agent", "command:./propose.sh")
        self.assertNotIn("\x1b", done.text)
        self.assertNotIn("\r", done.text)
        for row in lab.rows():
            self.assertIn(os.path.basename(row["experiment_file"]), done.text)

    def test_the_closing_summary_names_the_best_and_the_next_command(self):
        self.lab()
        done = self.leanlab("run", "numbers", "--n", 3, "--agent", "command:./propose.sh")
        self.assert_explains(done, "numbers/3", "leanlab show")

    def test_protection_is_told_in_one_line(self):
        self.lab()
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", "command:./propose.sh")
        lines = [line for line in done.err.splitlines() if "in-process" in line]
        self.assertEqual(len(lines), 1, str(done))
        self.assertIn("could forge its own number", done.out, "the closing summary says so, too")

    def test_quiet_says_nothing_but_what_matters(self):
        self.lab()
        loud = self.leanlab("run", "numbers", "--n", 2, "--agent", "command:./propose.sh")
        quiet = self.leanlab("run", "numbers", "--n", 2, "--agent", "command:./propose.sh", "--quiet")
        self.assertLess(len(quiet.text), len(loud.text))


@unittest.skipIf(shutil.which("tmux") is None, "tmux is not installed")
class Terminal(LeanlabTest):
    def setUp(self):
        super().setUp()
        self.socket = str(self.temp / "tmux.socket")
        self.env = {key: value for key, value in self.env.items() if key != "CI"}
        self.env["TERM"] = "screen-256color"
        # The gate of these evaluations is a file of the test, which a better tier would not let them see.
        self.env["LEANLAB_FORCE_TIER"] = "C"
        self.addCleanup(self.end_terminal)

    def end_terminal(self):
        self.tmux("kill-server", check=False)
        wait_until(lambda: not [p for p in children_of(self.mark) if "sleep 600" in p or "tmux" in p], "the end of the terminal")

    def tmux(self, *args, check=True) -> str:
        done = subprocess.run(["tmux", "-S", self.socket, *args], env=self.env, capture_output=True, text=True)
        if check and done.returncode != 0:
            self.fail(f"tmux {args}: {done.stderr}")
        return done.stdout

    def in_terminal(self, *command, columns=100, rows=30):
        line = " ".join(shlex.quote(str(word)) for word in command)
        script = f"trap : INT; cd {shlex.quote(str(self.project))}; {line}; echo ended:$?; exec sleep 600"
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows), "sh", "-c", script)

    def screen(self) -> str:
        return self.tmux("capture-pane", "-p")

    def run_gated(self, n: int, parallel: int, columns: int = 100):
        """A run whose evaluations wait for the file `gate`."""
        self.gate = self.temp / "gate"
        lab = self.lab()
        lab.write(
            "evaluation.sh",
            f'[ -f "$1" ] || exit 2\nwhile [ ! -e {self.gate} ]; do sleep 0.05; done\nx=$(sed -n "s/^x = //p" "$1")\n'
            'echo "{\\"score\\": $x}"\n',
        )
        run = ["run", "numbers", "--n", n, "--parallel", parallel, "--agent", "command:./propose.sh", "--skip-checks"]
        self.in_terminal(leanlab_testing.BIN, *run, columns=columns)
        return lab

    def test_one_live_line_for_each_attempt_and_a_summary_at_the_end(self):
        self.run_gated(4, 2)
        screen = wait_until(lambda: self.screen() if self.screen().count("judging") >= 2 else None, "two attempts being judged")
        self.assertNotIn("ended:", screen)
        self.gate.touch()
        screen = wait_until(lambda: self.screen() if "ended:" in self.screen() else None, "the end")
        self.assertIn("ended:0", screen)
        self.assertNotIn("judging", screen, "live lines were left on the screen")
        self.assertIn("leanlab show", screen)

    def test_a_narrow_terminal_wraps_no_line(self):
        self.run_gated(2, 2, columns=40)
        wait_until(lambda: "judging" in self.screen(), "an attempt being judged")
        self.gate.touch()
        screen = wait_until(lambda: self.screen() if "ended:" in self.screen() else None, "the end")
        self.assertIn("ended:0", screen)
        self.assertNotIn("judging", screen, "a live line that wrapped was left on the screen")

    def test_ctrl_c_ends_with_8_and_restores_the_terminal(self):
        self.run_gated(4, 2)
        wait_until(lambda: "judging" in self.screen(), "an attempt being judged")
        self.tmux("send-keys", "C-c")
        screen = wait_until(lambda: self.screen() if "ended:" in self.screen() else None, "the end")
        self.assertIn("ended:8", screen)
        self.assertIn("--resume", screen)
        self.assertEqual(self.tmux("display-message", "-p", "#{cursor_flag}").strip(), "1", "the cursor is hidden")

    def test_no_color_is_honoured_on_a_terminal(self):
        self.env["NO_COLOR"] = "1"
        self.lab()
        self.in_terminal(leanlab_testing.BIN, "list")
        wait_until(lambda: "ended:0" in self.screen(), "the end")
        self.assertNotIn("\x1b[3", self.tmux("capture-pane", "-p", "-e"))


if __name__ == "__main__":
    unittest.main()
