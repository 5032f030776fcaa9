"""What is refused before it is judged: the reason is told, it does not count towards N, and nothing is recorded."""
import os
import unittest

from leanlab_testing import LeanlabTest


class Submitted(LeanlabTest):
    def setUp(self):
        super().setUp()
        self.numbers = self.lab()

    def assert_refused(self, path, pattern: str):
        done = self.leanlab("submit", "numbers", path, "--json", code=None)
        self.assertNotEqual(done.code, 0, f"a refused file was not judged\n{done}")
        refused = done.json["refused"]
        self.assertEqual(len(refused), 1, str(done))
        self.assertRegex(refused[0]["reason"].lower(), pattern)
        self.assert_book_is_sound(self.numbers, 0)

    def test_a_link(self):
        target = self.outside("target.txt", "x = 1\n")
        link = self.numbers.folder / "experiments" / "link.txt"
        link.symlink_to(target)
        self.assert_refused(link, r"link")

    def test_a_folder(self):
        folder = self.numbers.folder / "experiments" / "folder"
        folder.mkdir()
        self.assert_refused(folder, r"folder|directory|regular file")

    def test_a_device(self):
        self.assert_refused("/dev/zero", r"device|regular file|inside")

    def test_outside_the_folder(self):
        self.assert_refused(self.outside("a.txt", "x = 1\n"), r"inside .*copy it there")

    def test_a_file_may_be_named_as_the_lab_does(self):
        for number, name in enumerate(("mine.txt", "experiments/other.txt"), 1):
            self.candidate(name.split("/")[-1], f"x = {number}\n")
            done = self.json("submit", "numbers", name)
            self.assertEqual([one["experiment_file"] for one in done["experiments"]], ["experiments/" + name.split("/")[-1]])
        self.assert_book_is_sound(self.numbers, 2)

    def test_a_pipe(self):
        pipe = self.numbers.folder / "experiments" / "pipe.txt"
        os.mkfifo(pipe)
        self.assert_refused(pipe, r"pipe|fifo|regular file")

    def test_ten_megabytes(self):
        self.assert_refused(self.candidate("big.txt", "x = 1\n" + "#" * (10 << 20)), r"mb|mib|large|size")

    def test_a_file_that_is_not_there(self):
        done = self.leanlab("submit", "numbers", self.temp / "absent.txt", code=None)
        self.assertNotEqual(done.code, 0)
        self.assert_explains(done, "absent.txt")

    def test_a_name_too_long_for_its_copies_leaves_the_lab_as_it_was(self):
        self.assert_refused(self.candidate("a" * 240 + ".txt", "x = 1\n"), r"name has 244 bytes")
        self.json("submit", "numbers", self.candidate("b" * 196 + ".txt", "x = 2\n"))
        self.assert_book_is_sound(self.numbers, 1)

    def test_a_duplicate(self):
        self.json("submit", "numbers", self.candidate("a.txt", "x = 1\n"))
        again = self.leanlab("submit", "numbers", self.candidate("b.txt", "x = 1\n"), "--json", code=None)
        self.assertNotEqual(again.code, 0)
        self.assertRegex(again.json["refused"][0]["reason"].lower(), r"same|identical|duplicate|already")
        self.assert_book_is_sound(self.numbers, 1)

    def test_a_copy_of_the_sample(self):
        done = self.leanlab("submit", "numbers", self.numbers.folder / "experiments" / "sample.txt", "--json", code=None)
        self.assertNotEqual(done.code, 0, "the sample is never scored as new")
        self.assert_book_is_sound(self.numbers, 0)

    def test_duplicates_may_be_allowed(self):
        self.numbers.configure(duplicates="allow")
        self.json("submit", "numbers", self.candidate("a.txt", "x = 1\n"))
        self.json("submit", "numbers", self.candidate("b.txt", "x = 1\n"))
        self.assert_book_is_sound(self.numbers, 2)

    def test_good_files_beside_a_refused_one_are_judged(self):
        good = self.candidate("good.txt", "x = 4\n")
        done = self.leanlab("submit", "numbers", "/dev/zero", good, "--json", code=None)
        self.assertEqual([record["value"] for record in done.json["experiments"]], [4])
        self.assertEqual(len(done.json["refused"]), 1)


class Proposed(LeanlabTest):
    """The first turn of the agent yields something that is refused, the later ones a good experiment."""

    def run_with_first_turn(self, body: str, n: int = 1) -> dict:
        """`n` turns that are not refused; those that yield nothing are among them."""
        lab = self.lab()
        count = self.shared_with_agents() / "turns"
        lab.write(
            "propose.sh",
            f'#!/bin/sh\ncat >/dev/null\necho turn >>{count}\nif [ $(wc -l <{count}) = 1 ]; then\n{body}\nelse\n'
            "printf 'x = 3\\n' >experiments/good.txt\nfi\n",
            0o755,
        )
        self.numbers = lab
        summary = self.run_lab(lab, n)
        self.assertEqual([record["value"] for record in summary["experiments"]], [3], summary)
        self.assert_book_is_sound(lab, 1)
        return summary

    def assert_refused(self, body: str, pattern: str):
        summary = self.run_with_first_turn(body)
        reasons = " ".join(entry["reason"] for entry in summary["refused"]).lower()
        self.assertRegex(reasons, pattern, summary)

    def report(self, path: str) -> str:
        return f"""echo '{{"experiment_file": "{path}", "valid": true, "notes": "n"}}'"""

    def test_outside_by_an_absolute_path(self):
        outside = self.outside("outside.txt", "x = 9\n")
        self.assert_refused(self.report(str(outside)), r"outside|inside")

    def test_outside_by_dots(self):
        self.assert_refused("echo 'x = 9' >stray.txt\n" + self.report("experiments/../stray.txt"), r"outside|inside")

    def test_outside_through_a_link(self):
        outside = self.outside("outside.txt", "x = 9\n")
        self.assert_refused(f"ln -s {outside} experiments/l.txt\n" + self.report("experiments/l.txt"), r"link|outside")

    def test_outside_through_a_linked_folder(self):
        outside = self.outside("outside.txt", "x = 9\n")
        body = f"ln -s {outside.parent} experiments/sub\n" + self.report("experiments/sub/outside.txt")
        self.assert_refused(body, r"link|outside")

    def test_a_device_is_proposed(self):
        # In its sandbox not even root's agent can make a device.
        body = "mknod experiments/p.txt c 1 5 2>/dev/null || mkfifo experiments/p.txt\n"
        self.assert_refused(body + self.report("experiments/p.txt"), r"pipe|fifo|regular|device")

    def test_a_folder_is_proposed(self):
        self.assert_refused("mkdir experiments/d.txt\n" + self.report("experiments/d.txt"), r"folder|directory|regular")

    def test_ten_megabytes_is_proposed(self):
        body = "{ echo 'x = 1'; head -c 10485760 /dev/zero | tr '\\0' '#'; } >experiments/big.txt\n"
        self.assert_refused(body + self.report("experiments/big.txt"), r"mb|mib|large|size")

    def test_a_duplicate_of_the_sample(self):
        self.assert_refused("cp experiments/sample.txt experiments/copy.txt", r"same|identical|duplicate|already|sample")

    def test_a_turn_that_yields_nothing_costs_only_the_turn(self):
        self.run_with_first_turn(":", n=2)

    def test_a_turn_that_fails_costs_only_the_turn(self):
        self.run_with_first_turn("exit 1", n=2)

    def test_the_worker_cannot_change_the_lab(self):
        body = "echo broken >evaluation.sh; rm -f task.md; echo '{}' >lab.json; printf 'x = 8\\n' >experiments/sample.txt"
        self.run_with_first_turn(body, n=2)
        self.assertIn("no such experiment", (self.numbers.folder / "evaluation.sh").read_text())
        self.assertTrue((self.numbers.folder / "task.md").exists())

    def test_an_agent_that_only_yields_nothing_does_not_run_for_ever(self):
        lab = self.lab()
        lab.write("propose.sh", "#!/bin/sh\ncat >/dev/null\n", 0o755)
        done = self.leanlab("run", "numbers", "--n", 2, "--agent", "command:./propose.sh", "--json", code=None)
        self.assertNotIn(done.code, (70, -6, -11), str(done))
        self.assert_book_is_sound(lab, 0)


if __name__ == "__main__":
    unittest.main()
