"""Full disks, folders without write permission, and paths with blanks and letters of every script."""
import os
import subprocess
import unittest

import leanlab_testing
from leanlab_testing import LeanlabTest, as_nobody, can_mount, in_small_disk, needs_root


class Paths(LeanlabTest):
    def use_project(self, name: str):
        self.project = self.temp / name
        (self.project / ".leanlab").mkdir(parents=True)

    def assert_works(self, lab):
        self.leanlab("lock", lab.name)
        self.run_lab(lab, 2)
        submitted = self.json("submit", lab.name, self.candidate("mein Versuch ü.txt", "x = 50\n"))
        self.assertEqual(submitted["experiments"][0]["value"], 50)
        self.assert_book_is_sound(lab, 3)
        self.leanlab("check", lab.name, code=None)

    def test_blanks(self):
        self.use_project("my first project")
        self.assert_works(self.lab("numbers"))

    def test_unicode(self):
        self.use_project("prøve 実験 ✓")
        self.assert_works(self.lab("größen"))

    def test_a_quote_and_a_percent_sign(self):
        self.use_project("it's 100% \"odd\" {file} $HOME")
        self.assert_works(self.lab("numbers"))

    def test_a_lab_reached_through_a_link(self):
        lab = self.lab("numbers")
        link = self.temp / "link"
        link.symlink_to(self.project)
        self.project = link
        self.assert_works(lab)

    def test_a_very_long_path(self):
        self.use_project("/".join(["a" * 60] * 8))
        self.assert_works(self.lab("numbers"))


class NoPermission(LeanlabTest):
    def as_reader(self, *args, code):
        """Runs the program as a user that may read everything here and write nothing."""
        os.chmod(self.temp, 0o755)
        home = self.temp / "reader"
        home.mkdir(exist_ok=True)
        os.chmod(home, 0o777)
        env = {**self.env, "HOME": str(home), "TMPDIR": str(home)}
        argv = as_nobody([leanlab_testing.BIN, "-C", self.project, *args])
        done = subprocess.run(argv, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        result = leanlab_testing.Done(argv, done.returncode, done.stdout, done.stderr)
        if code is not None:
            self.assertEqual(result.code, code, f"\n{result}")
        return result

    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            self.skipTest("needs root, to run as another user")
        if subprocess.run(as_nobody([leanlab_testing.BIN, "--version"]), capture_output=True).returncode != 0:
            self.skipTest("the binary's folder is closed to other users")

    def test_a_folder_without_write_permission(self):
        lab = self.lab("numbers")
        done = self.as_reader("run", "numbers", "--n", "1", "--agent", "command:./propose.sh", code=3)
        self.assertRegex(done.text.lower(), r"permission|cannot be written to")
        self.assertEqual(lab.rows(), [])

    def test_readers_need_no_write_permission(self):
        lab = self.lab("numbers")
        lab.write(
            "results.jsonl",
            '{"tag": "jun21", "experiment_file": "experiments/a.txt", "score": 0.5, "best_so_far": true, "notes": "n", '
            '"ts": "2026-06-21T10:00:00+00:00"}\n',
        )
        listed = self.as_reader("list", "--json", code=0).json["labs"]
        self.assertEqual((listed[0]["experiments"], listed[0]["best"]), (1, 0.5))


@unittest.skipUnless(can_mount(), "this user cannot mount a small file system")
class FullDisk(LeanlabTest):
    def in_disk(self, size: str, *args):
        done = in_small_disk(
            size, self.project, ["sh", "-c", 'cd "$0" && exec "$@"', self.project, leanlab_testing.BIN, *args], env=self.env
        )
        return leanlab_testing.Done(args, done.returncode, done.stdout, done.stderr)

    def test_a_disk_that_fills_up_during_a_run(self):
        # The preflight refuses so small a disk; what is tried here is a disk that fills up behind it.
        self.lab("numbers")
        script = self.temp / "scenario.sh"
        script.write_text(
            f'cd "{self.project}"\nB="{leanlab_testing.BIN}"\n"$B" run numbers --n 3 --skip-checks --agent command:./propose.sh || exit 90\n'
            "cat .leanlab/numbers/results.jsonl >/tmp/$$.before || exit 91\n"
            "head -c 100000000 /dev/zero >filler 2>/dev/null\n"
            '"$B" run numbers --n 3 --skip-checks --agent command:./propose.sh >out.txt 2>/dev/null; "$B" run numbers --n 3 --skip-checks --agent command:./propose.sh\n'
            "echo full-run:$?\n"
            '"$B" list; echo full-list:$?\nrm filler\n'
            '"$B" verify numbers; echo verify:$?\n'
            '"$B" run numbers --n 2 --skip-checks --agent command:./propose.sh; echo again:$?\n"$B" verify numbers; echo verify2:$?\n'
            "head -n 3 .leanlab/numbers/results.jsonl | cmp - /tmp/$$.before; echo same:$?\nrm /tmp/$$.before\n"
        )
        done = in_small_disk("6m", self.project, ["sh", script], env=self.env)
        result = leanlab_testing.Done(["sh", script], done.returncode, done.stdout, done.stderr)
        self.assert_explains(result, "full-run:3", "full-list:0", "verify:0", "again:0", "verify2:0", "same:0")
        self.assertRegex(result.text.lower(), r"no space|disk is full|space left")


if __name__ == "__main__":
    unittest.main()
