"""Handing a book over: `export --proof` and what a third party finds with `verify FILE`; `rescore`; the HTML page."""
import json
import re
import shutil
import subprocess
import unittest
from pathlib import Path

from leanlab_testing import LeanlabTest


class Proofs(LeanlabTest):
    def setUp(self):
        super().setUp()
        if shutil.which("ssh-keygen") is None:
            self.skipTest("there is no ssh-keygen")
        self.numbers = self.lab()
        self.leanlab("lock", "numbers")
        self.run_lab(self.numbers, 3)
        (self.home / ".ssh").mkdir()
        self.key = self.new_key(self.home / ".ssh/id_ed25519")
        self.proof = self.temp / "numbers.proof"
        self.proof.write_text(self.leanlab("export", "numbers", "--proof").out)

    def new_key(self, path: Path) -> Path:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
        return path.with_suffix(".pub")

    def verify(self, *args, code=0) -> dict:
        """As somebody who has nothing but the file."""
        stranger = self.temp / "stranger"
        stranger.mkdir(exist_ok=True)
        return self.json("verify", self.proof, *args, code=code, cwd=stranger, env={"HOME": str(stranger)})

    def assert_refused(self, *words):
        problems = " ".join(problem["what"] for problem in self.verify(code=6)["problems"])
        for word in words:
            self.assertIn(word, problems)

    def test_a_third_party_checks_it(self):
        found = self.verify("--key", self.key)
        self.assertTrue(found["ok"], found)
        self.assertIn("SHA256:", found["signer"])
        self.assertIn("best score 3", found["statement"])
        self.assertEqual(found["lab"], "numbers")
        self.assert_explains(self.leanlab("verify", self.proof), "3 experiments", "signed with")

    def test_by_another_key(self):
        other = self.new_key(self.temp / "other")
        self.assertIn("signature", self.verify("--key", other, code=6)["problems"][0]["what"])

    def test_a_changed_statement(self):
        text = self.proof.read_text()
        self.proof.write_text(text.replace('"experiments":3', '"experiments":9', 1))
        self.assert_refused("signature", "experiments")

    def test_a_changed_record(self):
        text = self.proof.read_text()
        at = text.rindex('"value":')
        self.proof.write_text(text[: at + 8] + "9" + text[at + 9 :])
        self.assert_refused("hash")

    def test_a_cut_tail(self):
        lines = self.proof.read_text().splitlines(True)
        self.proof.write_text("".join(lines[:-2]))
        self.assert_refused("records", "head")

    def test_a_missing_and_a_changed_seal(self):
        text = self.proof.read_text()
        manifest = next(line for line in text.splitlines(True) if line.startswith('{"format"'))
        self.proof.write_text(text.replace(manifest, ""))
        self.assert_refused("missing")
        self.proof.write_text(text.replace(manifest, manifest.replace("evaluation.sh", "evaluation.py", 1)))
        self.assert_refused("seal")

    def test_nonsense_in_the_place_of_values(self):
        lines = self.proof.read_text().splitlines(True)
        statement = json.loads(lines[1])
        for key in statement:
            for value in (None, 5, "x", [], {"a": {}}):
                if statement[key] == value:
                    continue
                lines[1] = json.dumps({**statement, key: value}, separators=(",", ":")) + "\n"
                self.proof.write_text("".join(lines))
                self.assertEqual(self.leanlab("verify", self.proof, code=None).code, 6, lines[1])

    def test_without_a_signature(self):
        self.proof.write_text(self.leanlab("export", "numbers", "--proof", "--unsigned").out)
        found = self.verify()
        self.assertTrue(found["ok"])
        self.assertIsNone(found["signer"])
        self.assertIn("not signed", found["notices"][0])
        self.verify("--key", self.key, code=6)

    def test_without_a_key(self):
        shutil.rmtree(self.home / ".ssh")
        self.assert_explains(self.leanlab("export", "numbers", "--proof", code=3), "ssh-keygen -t ed25519", "--unsigned")

    def test_a_damaged_book_is_not_proved(self):
        ledger = self.numbers.state / "ledger.jsonl"
        lines = ledger.read_bytes().splitlines(True)
        ledger.write_bytes(b"".join(lines[:-3]))
        done = self.leanlab("export", "numbers", "--proof", code=6)
        self.assertEqual(done.out, "")


class Rescore(LeanlabTest):
    def setUp(self):
        super().setUp()
        self.numbers = self.lab()
        self.leanlab("lock", "numbers")
        self.json("submit", "numbers", self.candidate("a.txt", "x = 3\n"))

    def test_the_same_under_the_same_seal(self):
        found = self.json("rescore", "numbers", 1)
        self.assertEqual((found["difference"], found["same_seal"]), (0, True))
        self.assertEqual(found["after"]["value"], 3)
        self.assert_explains(self.leanlab("rescore", "numbers", "numbers/1"), "the same")
        self.assert_book_is_sound(self.numbers, 1)

    def test_another_value_under_a_new_seal(self):
        self.leanlab("unlock", "numbers")
        evaluator = self.numbers.folder / "evaluation.sh"
        evaluator.write_text(evaluator.read_text().replace("$x}", "${x}0}"))
        self.leanlab("lock", "numbers")
        found = self.json("rescore", "numbers", 1)
        self.assertEqual((found["difference"], found["same_seal"]), (27, False))
        self.assertEqual(self.json("show", "numbers/1")["value"], 3, "the book stays as it is")

    def test_what_was_recorded_is_judged_not_what_lies_there(self):
        file = self.numbers.folder / "experiments/a.txt"
        for change in ("edited", "gone"):
            file.chmod(0o644)
            file.write_text("x = 99\n") if change == "edited" else file.unlink()
            before = sorted(path.name for path in file.parent.iterdir())
            self.assertEqual(self.json("rescore", "numbers", 1)["after"]["value"], 3)
            self.assertEqual(sorted(path.name for path in file.parent.iterdir()), before)

    def change_evaluator(self, factor: str):
        self.leanlab("unlock", "numbers")
        evaluator = self.numbers.folder / "evaluation.sh"
        evaluator.write_text(evaluator.read_text().replace("$x}", "${x}%s}" % factor))
        self.leanlab("lock", "numbers")

    def test_after_a_new_seal_the_champion_is_judged_again_first(self):
        self.change_evaluator("0")
        summary = self.json("submit", "numbers", self.candidate("b.txt", "x = 1\n"))
        self.assertEqual(summary["experiments"][0]["status"], "rejected", "10 is no better than 3, which is 30 now")
        self.assertEqual((summary["best"], summary["best_id"]), (30, "numbers/1"))
        self.assertEqual(self.json("list")["labs"][0]["best"], 30)
        self.assert_book_is_sound(self.numbers, 2)
        self.leanlab("rebuild", "numbers")
        self.assertEqual(self.json("show", "numbers/1")["value"], 30)
        self.assertEqual(self.json("list")["labs"][0]["best"], 30)
        self.json("submit", "numbers", self.candidate("c.txt", "x = 4\n"))
        lines = (self.numbers.state / "ledger.jsonl").read_text().splitlines()
        self.assertEqual(sum('"champion_rescored"' in line for line in lines), 1, "once for each seal")

    def test_a_champion_that_has_no_value_under_the_new_seal(self):
        self.leanlab("unlock", "numbers")
        (self.numbers.folder / "evaluation.sh").write_text(
            'x=$(sed -n "s/^x = //p" "$1")\n[ "$x" != 3 ] || exit 1\necho "{\\"score\\": $x}"\n')
        self.leanlab("lock", "numbers")
        summary = self.json("submit", "numbers", self.candidate("b.txt", "x = 1\n"))
        self.assertEqual((summary["experiments"][0]["status"], summary["best"]), ("accepted", 1))
        self.assert_book_is_sound(self.numbers, 2)

    def test_no_such_experiment(self):
        self.leanlab("rescore", "numbers", 7, code=2)
        self.leanlab("rescore", "numbers", "x", code=2)

    def test_it_stands_in_the_ledger(self):
        self.json("rescore", "numbers", 1)
        lines = (self.numbers.state / "ledger.jsonl").read_text().splitlines()
        records = [record for record in (json.loads(line[65:]) for line in lines) if record["type"] == "rescored"]
        self.assertEqual(records[0]["body"]["before"]["value"], 3)
        self.assertEqual(records[0]["body"]["after"]["value"], 3)


class Page(LeanlabTest):
    def test_one_file_that_loads_nothing_and_runs_nothing_of_the_book(self):
        lab = self.lab(description="<img onerror=alert(1)>")
        self.json("submit", "numbers", self.candidate("a.txt", "# </script><script>alert(1)</script> & ünïcode\nx = 3\n"))
        page = self.leanlab("export", "numbers", "--format", "html").out
        self.assertIn("<title>numbers · leanlab</title>", page)
        self.assertNotIn("<script>alert", page)
        self.assertNotIn("<img", page)
        self.assertIn("ünïcode", page)
        self.assertEqual(re.findall(r"(?:src|href)\s*=|https?://(?!www\.w3\.org/2000/svg)", page), [])
        rows = re.search(r"const rows = \[\n(.*?)\];", page, re.S).group(1).splitlines()
        self.assertEqual(json.loads(rows[0].rstrip(","))[2], 3)
        self.assertEqual(len(lab.rows()), 1)

    def test_an_empty_book(self):
        self.lab()
        self.assertIn("const rows = [\n];", self.leanlab("export", "numbers", "--format", "html").out)


if __name__ == "__main__":
    unittest.main()
