"""kill -9 at every named crash point and at random moments: the next run continues, `verify` is content, no acknowledged
record is lost, none appears twice. `./test` tries each point once, `./test --full` its later passages and random kills too."""
import json
import os
import random
import re
import signal
import unittest
from pathlib import Path

from leanlab_testing import Lab, LeanlabTest, wait_until

PAGE = Path(__file__).resolve().parents[2] / "docs" / "crash-points.md"
POINTS = re.findall(r"^\|\s*`([a-z0-9_.-]+)`\s*\|", PAGE.read_text(encoding="utf-8"), re.M)

RENAME_POINTS = [point for point in POINTS if point.startswith("rename.")]
LOOP_POINTS = [point for point in POINTS if point not in RENAME_POINTS]


class Crashes(LeanlabTest):
    def setUp(self):
        super().setUp()
        # Workers here leave a trace in a folder of the test, which a better tier would not let them reach.
        self.env["LEANLAB_FORCE_TIER"] = "C"
        self.turns = self.temp / "turns"
        self.numbers = self.make_lab("numbers")

    def make_lab(self, name: str):
        lab = self.lab(name)
        # Each finished turn leaves a line with the file that it made.
        lab.write(
            "propose.sh",
            '#!/bin/sh\ncat >/dev/null\ncase $LEANLAB_ROLE in\ndirector) date +%s%N >Director_Notes.md; exit ;;\n'
            "critic) date +%s%N >Critic_Feedback.md; exit ;;\nesac\n"
            "name=e$$-$(date +%s%N).txt\n"
            f'printf "x = %s\\n" "$(date +%s%N)" >experiments/$name\necho "$name" >>{self.turns}-{name}\n',
            0o755,
        )
        # Its first turn writes a file that is no good, its repair mends it.
        lab.write(
            "mend.sh",
            "#!/bin/sh\ncat >/dev/null\nbroken=$(grep -l '^x = none' experiments/*.txt)\n"
            '[ -z "$broken" ] || { printf "x = %s\\n" "$(date +%s%N)" >"$broken"; exit 0; }\n'
            f'name=e$$-$(date +%s%N).txt\nprintf "x = none, %s\\n" "$name" >experiments/$name\necho "$name" >>{self.turns}-{name}\n',
            0o755,
        )
        return lab

    # What a person may be doing when the machine dies, each as a command that is given again after the crash.
    def scenarios(self, lab):
        candidate = self.candidate(f"{lab.name}.txt", f"# {random.random()}\nx = 5\n")
        worker = ["--agent", "command:./propose.sh"]
        yield ["run", lab.name, "--n", "3", *worker]
        yield ["lock", lab.name]
        yield ["run", lab.name, "--n", "2", "--parallel", "2", *worker]
        yield ["submit", lab.name, candidate]
        yield ["unlock", lab.name]
        yield ["rebuild", lab.name]
        yield ["run", lab.name, "--n", "1", "--agent", "command:./mend.sh"]

    def crash_somewhere(self, lab, where: str) -> bool:
        """Goes through the scenarios until one is killed at `where`; checks what comes after. False: none reached it."""
        for command in self.scenarios(lab):
            done = self.leanlab(*command, code=None, env={"LEANLAB_CRASH_AT": where})
            if done.code == -signal.SIGKILL:
                self.assert_recovers(lab, command)
                return True
            self.assertEqual(done.code, 0, f"it was neither killed at {where} nor did it succeed\n{done}")
        return False

    def assert_recovers(self, lab, command: list):
        acknowledged = [row for row in self.whole_rows(lab)]
        again = self.leanlab(*command, code=None)
        if command[0] != "submit":  # what was submitted may have been recorded already: then it is a duplicate
            self.assertEqual(again.code, 0, f"after a crash\n{again}")
        self.leanlab("run", lab.name, "--n", "1", "--agent", "command:./propose.sh")
        self.assert_book_is_sound(lab)
        rows = lab.rows()
        for row in acknowledged:
            self.assertIn(row, rows, "an acknowledged record was lost or changed")
        turns = Path(f"{self.turns}-{lab.name}")
        made = turns.read_text().split() if turns.exists() else []
        in_book = {os.path.basename(row["experiment_file"]) for row in rows}
        # The turn that was under way when the program died may be gone, at most one for each that ran side by side.
        lost = [name for name in made if name not in in_book]
        self.assertLessEqual(len(lost), 2 if "--parallel" in command else 1, f"finished turns that were lost: {lost}")

    def whole_rows(self, lab):
        for line in (lab.folder / "results.jsonl").read_bytes().splitlines(True) if (lab.folder / "results.jsonl").exists() else []:
            if line.endswith(b"\n"):
                yield json.loads(line)

    def test_every_point_of_the_page_can_be_reached_and_survived(self):
        self.assertTrue(POINTS, "no crash points are listed")
        for number, point in enumerate(LOOP_POINTS):
            with self.subTest(point=point):
                lab = self.make_lab(f"at-{number}")
                self.assertTrue(self.crash_somewhere(lab, point), f"{point} is never passed")

    def test_full_later_passages(self):
        for number, point in enumerate(LOOP_POINTS):
            for passage in (2, 3):
                with self.subTest(point=point, passage=passage):
                    self.crash_somewhere(self.make_lab(f"at-{number}-{passage}"), f"{point}:{passage}")

    def test_a_renaming_that_was_cut_off_is_finished_by_the_next_command(self):
        self.assertTrue(RENAME_POINTS)
        for number, point in enumerate(RENAME_POINTS):
            with self.subTest(point=point):
                old = self.make_lab(f"old-{number}")
                self.leanlab("run", old.name, "--n", 2, "--agent", "command:./propose.sh")
                killed = self.leanlab("rename", old.name, f"new-{number}", code=None, env={"LEANLAB_CRASH_AT": point})
                self.assertEqual(killed.code, -signal.SIGKILL)
                names = [lab["name"] for lab in self.json("list")["labs"]]
                self.assertIn(f"new-{number}", names)
                self.assertNotIn(old.name, names)
                new = Lab(old.folder.parent / f"new-{number}")
                self.assert_book_is_sound(new, 2)
                self.assertEqual([row["leanlab"]["id"] for row in new.rows()], [f"new-{number}/1", f"new-{number}/2"])
                self.assertEqual(self.json("show", f"new-{number}/2")["parent"], f"new-{number}/1")
                self.leanlab("run", new.name, "--n", 1, "--agent", "command:./propose.sh")
                self.assert_book_is_sound(new, 3)

    def kill_at_random(self, times: int, parallel: int):
        chooser = random.Random(times * 100 + parallel)
        for _ in range(times):
            process = self.start("run", "numbers", "--n", 50, "--parallel", parallel, "--agent", "command:./propose.sh")
            before = len(self.numbers.rows())
            target = before + chooser.randrange(4)
            wait_until(lambda: len(list(self.whole_rows(self.numbers))) >= target or process.poll() is not None, "progress")
            wait_until(lambda: chooser.random() < 0.2, "chance")
            acknowledged = list(self.whole_rows(self.numbers))
            process.kill()
            ended = self.finish(process, code=None)
            self.assertIn(ended.code, (0, -signal.SIGKILL), f"it ended by itself\n{ended}")
            verdict = self.json("verify", "numbers", code=None)
            self.assertTrue(verdict["ok"], verdict)
            rows = list(self.whole_rows(self.numbers))
            for row in acknowledged:
                self.assertIn(row, rows)
        self.leanlab("run", "numbers", "--n", 1, "--agent", "command:./propose.sh")
        self.assert_book_is_sound(self.numbers)
        self.assertGreater(len(self.numbers.rows()), times, "the runs got nowhere before they were killed")

    def test_random_kills(self):
        self.kill_at_random(5, 1)

    def test_full_random_kills(self):
        self.kill_at_random(40, 1)

    def test_full_random_kills_of_a_parallel_run(self):
        self.kill_at_random(40, 4)

    def test_resume_finishes_what_was_under_way(self):
        process = self.start("run", "numbers", "--n", 6, "--agent", "command:./propose.sh")
        wait_until(lambda: len(list(self.whole_rows(self.numbers))) >= 2, "two records")
        process.kill()
        self.finish(process, code=None)
        self.leanlab("run", "numbers", "--resume", "--agent", "command:./propose.sh")
        self.assert_book_is_sound(self.numbers, 6)

    def test_an_interrupt_ends_with_8_and_can_be_resumed(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(signal=number):
                lab = self.make_lab(f"signal-{int(number)}")
                process = self.start("run", lab.name, "--n", 200, "--agent", "command:./propose.sh")
                wait_until(lambda: list(self.whole_rows(lab)), "a record")
                process.send_signal(number)
                self.finish(process, code=8)
                self.assert_book_is_sound(lab)

    def test_stop_ends_a_run(self):
        process = self.start("run", "numbers", "--n", 500, "--agent", "command:./propose.sh")
        wait_until(lambda: list(self.whole_rows(self.numbers)), "a record")
        self.leanlab("stop", "numbers")
        self.finish(process, code=8)
        self.assert_book_is_sound(self.numbers)


if __name__ == "__main__":
    unittest.main()
