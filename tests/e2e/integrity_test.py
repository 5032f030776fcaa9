"""What must not change: one flipped bit in the ledger or in a stored experiment, or an edited sealed file, is found and
named, with exit 6; lost state is called lost, not tampered with."""
import shutil
import unittest
from pathlib import Path

from leanlab_testing import LeanlabTest


def flip(path: Path, position: int, bit: int = 0):
    mode = path.stat().st_mode
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[position] ^= 1 << bit
    path.write_bytes(data)
    path.chmod(mode)


class Bits(LeanlabTest):
    def setUp(self):
        super().setUp()
        self.numbers = self.lab()
        self.leanlab("lock", "numbers")
        self.run_lab(self.numbers, 4)
        self.assert_book_is_sound(self.numbers, 4)
        self.ledger = self.only(self.numbers.state.rglob("ledger.jsonl"))

    def only(self, paths) -> Path:
        paths = list(paths)
        self.assertEqual(len(paths), 1, paths)
        return paths[0]

    def assert_found(self, *words):
        done = self.leanlab("verify", "numbers", code=6)
        self.assert_explains(done, *words)
        verdict = self.json("verify", "numbers", code=6)
        self.assertFalse(verdict["ok"])
        self.assertTrue(verdict["problems"])

    def test_a_flipped_bit_anywhere_in_the_ledger_is_found(self):
        original = self.ledger.read_bytes()
        size = len(original)
        step = max(1, size // 24)
        for position in range(0, size, step):
            with self.subTest(position=position):
                flip(self.ledger, position, position % 8)
                self.leanlab("verify", "numbers", code=6)
                self.ledger.write_bytes(original)
        self.leanlab("verify", "numbers")

    def test_full_every_byte_of_the_ledger(self):
        original = self.ledger.read_bytes()
        for position in range(0, len(original), 7):
            flip(self.ledger, position, position % 8)
            done = self.leanlab("verify", "numbers", code=None)
            self.assertEqual(done.code, 6, f"a flipped bit at byte {position} was not found\n{done}")
            self.ledger.write_bytes(original)

    def test_a_flipped_bit_in_the_ledger_names_the_record(self):
        lines = self.ledger.read_bytes().splitlines(True)
        third = len(b"".join(lines[:2])) + len(lines[2]) // 2
        flip(self.ledger, third, 1)
        verdict = self.json("verify", "numbers", code=6)
        self.assertEqual(verdict["problems"][0]["seq"], 3, verdict)

    def test_a_run_on_a_damaged_ledger_stops(self):
        flip(self.ledger, self.ledger.stat().st_size - 30)
        before = self.ledger.read_bytes()
        self.leanlab("run", "numbers", "--n", 1, "--agent", "command:./propose.sh", code=6)
        self.assertEqual(self.ledger.read_bytes(), before)

    def test_a_flipped_bit_in_a_stored_experiment_is_found(self):
        record = self.json("show", "numbers/2")
        blobs = [p for p in self.numbers.state.rglob("*") if p.is_file() and p.parent.name + p.name == record["sha256"]]
        flip(self.only(blobs), 3)
        self.assert_found(record["sha256"][:8])

    def test_an_edited_experiment_file_is_found(self):
        record = self.json("show", "numbers/3")
        file = self.numbers.folder / record["experiment_file"]
        file.write_text("x = 1000\n")
        self.assert_found(record["experiment_file"])

    def test_an_edited_book_is_found_and_rebuilt(self):
        book = self.numbers.folder / "results.jsonl"
        before = book.read_text()
        book.write_text(before.replace('"score":1', '"score":9').replace('"score": 1', '"score": 9'))
        self.assertNotEqual(book.read_text(), before)
        self.leanlab("verify", "numbers", code=6)
        self.leanlab("rebuild", "numbers")
        self.assertEqual(book.read_text(), before)
        self.leanlab("verify", "numbers")

    def test_a_cut_tail_is_found(self):
        lines = self.ledger.read_bytes().splitlines(True)
        self.ledger.write_bytes(b"".join(lines[:-2]))
        self.leanlab("verify", "numbers", code=6)

    def test_a_deleted_database_is_rebuilt(self):
        rows = self.numbers.rows()
        for path in self.numbers.state.rglob("*.db*"):
            path.unlink()
        self.leanlab("rebuild", "numbers")
        self.assertEqual(self.numbers.rows(), rows)
        self.assertEqual(self.json("list")["labs"][0]["experiments"], 4)
        self.assert_book_is_sound(self.numbers, 4)

    def test_lost_state_is_lost_not_tampered_with(self):
        shutil.rmtree(self.project / ".leanlab" / "state")
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", "command:./propose.sh")
        self.assert_explains(done, "lost")
        self.assertNotIn("tamper", done.text.lower())
        self.assert_book_is_sound(self.numbers, 5)

    def test_a_moved_project_keeps_its_state(self):
        moved = self.temp / "moved project"
        self.project.rename(moved)
        self.project = moved
        self.assertTrue(self.json("verify", "numbers")["ok"])
        self.run_lab(self.numbers_at(moved), 1)
        self.assertEqual(len(self.numbers_at(moved).rows()), 5)

    def numbers_at(self, project):
        from leanlab_testing import Lab

        return Lab(project / ".leanlab" / "numbers")


class Seals(LeanlabTest):
    def setUp(self):
        super().setUp()
        self.numbers = self.lab()

    def edit_evaluator(self):
        path = self.numbers.folder / "evaluation.sh"
        path.chmod(0o644)
        path.write_text(path.read_text() + "# changed\n")

    def test_a_sealed_file_that_changed_stops_the_run(self):
        self.leanlab("lock", "numbers")
        self.edit_evaluator()
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", "command:./propose.sh", code=6)
        self.assert_explains(done, "evaluation.sh")
        self.assertEqual(self.numbers.rows(), [])

    def test_a_sealed_file_that_changed_stops_submit(self):
        self.leanlab("lock", "numbers")
        self.edit_evaluator()
        self.leanlab("submit", "numbers", self.candidate("a.txt", "x = 1\n"), code=6)

    def test_verify_names_a_sealed_file_that_changed(self):
        self.leanlab("lock", "numbers")
        self.edit_evaluator()
        self.assert_explains(self.leanlab("verify", "numbers", code=6), "evaluation.sh")

    def test_unlock_allows_an_edit_and_lock_seals_it_again(self):
        self.leanlab("lock", "numbers")
        self.leanlab("unlock", "numbers")
        self.edit_evaluator()
        self.leanlab("lock", "numbers")
        summary = self.run_lab(self.numbers, 1)
        self.assertTrue(summary["experiments"][0]["sealed"])

    def test_an_unlocked_lab_runs_with_a_warning_and_says_so_in_the_record(self):
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", "command:./propose.sh", "--json")
        self.assertFalse(done.json["experiments"][0]["sealed"])
        self.assert_explains(done, "lock")

    def test_the_sealed_evaluator_is_read_only(self):
        self.leanlab("lock", "numbers")
        mode = (self.numbers.folder / "evaluation.sh").stat().st_mode
        self.assertEqual(mode & 0o222, 0, oct(mode))

    def test_records_say_level_and_tier(self):
        record = self.run_lab(self.numbers, 1)["experiments"][0]
        self.assertEqual(record["level"], "in-process")
        self.assertIn(record["tier"], ("A", "B", "C"))


if __name__ == "__main__":
    unittest.main()
