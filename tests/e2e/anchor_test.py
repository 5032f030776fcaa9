"""The ledger against its anchors, the seal against the ledger: a rewritten book, a cut tail, an exchanged evaluator or seal
are found by `verify` and by the next run, exit 6; lost state is lost, and says how to go on."""
import hashlib
import json
import shutil
import subprocess
import unittest
from pathlib import Path

from leanlab_testing import LeanlabTest, wait_until


def rewrite(ledger: Path, change, new_id: str = None):
    """Writes every record anew with correct hashes, after `change` has been at its body."""
    previous, lines = "0" * 64, []
    for line in ledger.read_text().splitlines():
        record = json.loads(line[65:])
        record["prev"] = previous
        change(record)
        if new_id and record["type"] == "ledger":
            record["body"]["id"] = new_id
        text = json.dumps(record, separators=(",", ":"), ensure_ascii=False)
        previous = hashlib.sha256(text.encode()).hexdigest()
        lines.append(f"{previous} {text}\n")
    ledger.write_text("".join(lines))


def sleeping() -> bool:
    """Whether the evaluator's `sleep 3.21` runs, in whatever sandbox."""
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "cmdline").read_bytes() == b"sleep\x003.21\x00":
                return True
        except OSError:
            continue
    return False


def better(record):
    if record["type"] == "judged":
        record["body"]["value"] = record["body"]["value"] + 100
        record["body"]["metrics"]["score"] = record["body"]["value"]


class Anchored(LeanlabTest):
    def setUp(self):
        super().setUp()
        self.numbers = self.lab()
        self.leanlab("lock", "numbers")
        self.run_lab(self.numbers, 3)
        self.ledger = self.numbers.state / "ledger.jsonl"

    def forget_projections(self):
        """What an attacker does as well: the database and the rows are made anew from the ledger."""
        for path in self.numbers.state.glob("book.db*"):
            path.unlink()
        (self.numbers.folder / "results.jsonl").unlink()

    def assert_tampered(self, *words):
        before = self.ledger.read_bytes()
        verdict = self.json("verify", "numbers", code=6)
        self.assertFalse(verdict["ok"])
        self.assert_explains(self.leanlab("verify", "numbers", code=6), *words)
        self.assert_explains(self.leanlab("run", "numbers", "--n", 1, "--agent", "command:./propose.sh", code=6), *words)
        self.leanlab("submit", "numbers", self.candidate("s.txt", "x = 70\n"), code=6)
        self.leanlab("rebuild", "numbers", code=6)
        self.assertEqual(self.ledger.read_bytes(), before)

    def test_the_head_is_anchored_in_the_users_state_folder(self):
        anchors = list((self.home / ".local/state/leanlab/anchors").glob("*.json"))
        self.assertEqual(len(anchors), 1)
        last = json.loads(self.ledger.read_text().splitlines()[-1][65:])
        self.assertEqual(json.loads(anchors[0].read_text())["seq"], last["seq"])
        self.assertIn("unchanged", self.json("verify", "numbers")["anchor"])

    def test_a_ledger_rewritten_with_correct_hashes(self):
        rewrite(self.ledger, better)
        self.forget_projections()
        self.assert_tampered("rewritten")

    def test_a_ledger_rewritten_under_a_new_id(self):
        rewrite(self.ledger, better, new_id="0123456789abcdef" * 2)
        self.forget_projections()
        self.assert_tampered("another ledger")

    def test_a_cut_tail(self):
        lines = self.ledger.read_bytes().splitlines(True)
        self.ledger.write_bytes(b"".join(lines[:-3]))
        self.forget_projections()
        self.assert_tampered("tail")

    def test_a_cut_tail_with_its_database_left(self):
        lines = self.ledger.read_bytes().splitlines(True)
        self.ledger.write_bytes(b"".join(lines[:-3]))
        self.leanlab("verify", "numbers", code=6)
        self.leanlab("run", "numbers", "--n", 1, "--agent", "command:./propose.sh", code=6)

    def test_a_ledger_that_grows_stays_anchored(self):
        self.run_lab(self.numbers, 2)
        self.assertTrue(self.json("verify", "numbers")["ok"])

    def test_a_killed_run_is_no_tampering(self):
        for point in ("ledger.synced:4", "ledger.synced:5", "book.results_written:3", "book.indexed:3", "loop.recorded:2"):
            with self.subTest(point=point):
                self.leanlab("run", "numbers", "--n", 3, "--agent", "command:./propose.sh", "--skip-checks", code=None,
                             env={"LEANLAB_CRASH_AT": point})
                verdict = self.json("verify", "numbers", code=None)
                self.assertTrue(verdict["ok"], verdict)
                self.run_lab(self.numbers, 1)
                self.assertTrue(self.json("verify", "numbers")["ok"])

    def test_a_run_that_goes_on_meanwhile_is_no_tampering(self):
        run = self.start("run", "numbers", "--n", 30, "--parallel", 2, "--agent", "command:./propose.sh", "--skip-checks")
        self.addCleanup(run.kill)
        while run.poll() is None:
            verdict = self.json("verify", "numbers", code=None)
            self.assertTrue(verdict["ok"], verdict)
        self.finish(run)

    def test_the_owner_may_put_an_old_backup_back(self):
        backup = self.temp / "backup"
        shutil.copytree(self.numbers.state, backup)
        self.run_lab(self.numbers, 2)
        shutil.rmtree(self.numbers.state)
        shutil.copytree(backup, self.numbers.state)
        self.assert_tampered("old copy")
        self.assert_explains(self.leanlab("rebuild", "numbers", code=6), "--trust-ledger")
        self.leanlab("rebuild", "numbers", "--trust-ledger")
        self.assertTrue(self.json("verify", "numbers")["ok"])
        self.run_lab(self.numbers, 1)
        trusted = [json.loads(line[65:]) for line in self.ledger.read_text().splitlines() if "ledger_trusted" in line]
        self.assertEqual([record["body"]["driver"] for record in trusted], ["unknown"])

    def test_a_moved_and_a_renamed_lab_keep_their_anchor(self):
        self.leanlab("rename", "numbers", "figures")
        self.assertTrue(self.json("verify", "figures")["ok"])
        self.assertIn("unchanged", self.json("verify", "figures")["anchor"])
        moved = self.temp / "moved"
        self.project.rename(moved)
        self.project = moved
        self.assertIn("unchanged", self.json("verify", "figures")["anchor"])

    def test_a_copy_goes_its_own_way(self):
        copy = self.temp / "copy"
        shutil.copytree(self.project, copy, symlinks=True)
        original, self.project = self.project, copy
        self.json("run", "numbers", "--n", 2, "--agent", "command:./propose.sh")
        self.project = original
        self.json("run", "numbers", "--n", 1, "--agent", "command:./propose.sh")
        self.assertTrue(self.json("verify", "numbers")["ok"])
        self.project = copy
        self.assertTrue(self.json("verify", "numbers")["ok"])
        self.json("run", "numbers", "--n", 1, "--agent", "command:./propose.sh")

    def test_a_removed_lab_leaves_its_name_free(self):
        self.leanlab("remove", "numbers", "--confirm", "numbers")
        lab = self.lab()
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", "command:./propose.sh")
        self.assertNotIn("lost", done.text)
        self.assert_book_is_sound(lab, 1)


class InGit(LeanlabTest):
    def git(self, *args, cwd=None):
        done = subprocess.run(["git", "-c", "user.name=n", "-c", "user.email=e@x", *args], cwd=cwd or self.project,
                              env=self.env, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def setUp(self):
        super().setUp()
        if shutil.which("git") is None:
            self.skipTest("there is no git")
        self.git("init", "-q", "-b", "main")
        self.numbers = self.lab()
        self.run_lab(self.numbers, 2)
        self.git("add", ".leanlab")
        self.git("commit", "-q", "-m", "lab")

    def test_the_ref_finds_a_rewritten_ledger_without_the_users_folder(self):
        shutil.rmtree(self.home / ".local")
        rewrite(self.numbers.state / "ledger.jsonl", better)
        for path in self.numbers.state.glob("book.db*"):
            path.unlink()
        self.assert_explains(self.leanlab("verify", "numbers", code=6), "refs/leanlab/ledger")

    def test_the_work_tree_stays_clean(self):
        self.assertEqual(self.git("status", "--porcelain"), "")
        self.assertIn("numbers", self.git("log", "--format=%s", "refs/leanlab/ledger"))

    def test_git_clean_loses_the_state(self):
        self.git("clean", "-xfdq")
        done = self.leanlab("verify", "numbers", code=0)
        self.assert_explains(done, "lost", "leanlab rebuild numbers")
        self.assertNotIn("tamper", done.text)
        self.assert_explains(self.leanlab("rebuild", "numbers"), "lost", "imported")
        self.assertEqual(self.json("list")["labs"][0]["experiments"], 2)
        self.assertTrue(self.json("verify", "numbers")["ok"])

    def test_a_fresh_clone_is_lost_state(self):
        clone = self.temp / "clone"
        self.git("clone", "-q", str(self.project), str(clone), cwd=self.temp)
        self.project = clone
        done = self.leanlab("verify", "numbers", code=0)
        self.assert_explains(done, "lost", "clone", "leanlab rebuild numbers")
        self.assertTrue(self.json("verify", "numbers")["lost"])
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", "command:./propose.sh")
        self.assert_explains(done, "lost", "imported")
        verdict = self.json("verify", "numbers")
        self.assertEqual((verdict["ok"], verdict["lost"]), (True, False))


class Sealed(LeanlabTest):
    def setUp(self):
        super().setUp()
        self.numbers = self.lab()
        self.leanlab("lock", "numbers")
        self.seals = self.numbers.state / "seals"

    def records(self, kind: str) -> list:
        lines = (self.numbers.state / "ledger.jsonl").read_text().splitlines()
        return [record for record in (json.loads(line[65:]) for line in lines) if record["type"] == kind]

    def edit_evaluator(self):
        path = self.numbers.folder / "evaluation.sh"
        path.chmod(0o644)
        path.write_text(path.read_text() + "# changed\n")

    def assert_stops(self, *words):
        self.assert_explains(self.leanlab("verify", "numbers", code=6), *words)
        self.assert_explains(self.leanlab("run", "numbers", "--n", 1, "--agent", "command:./propose.sh", code=6), *words)
        self.leanlab("submit", "numbers", self.candidate("s.txt", "x = 70\n"), code=6)
        self.assertEqual(self.numbers.rows(), [])
        checks = self.json("check", "numbers", code=None)["checks"]
        self.assertEqual([check["status"] for check in checks if check["name"] == "seal"], ["fail"])

    def test_lock_and_unlock_stand_in_the_ledger(self):
        self.leanlab("lock", "numbers")
        closed = self.records("seal_closed")
        self.assertEqual(len(closed), 1, "locking again what is locked changes nothing")
        self.assertEqual(closed[0]["body"]["driver"], "unknown")
        self.leanlab("unlock", "numbers")
        self.assertEqual(self.records("seal_opened")[0]["body"]["seal"], closed[0]["body"]["seal"])
        self.assertTrue(self.json("verify", "numbers")["ok"])

    def test_a_seal_with_another_hash_in_it(self):
        manifest = self.seals / "current.json"
        text = manifest.read_text()
        document = json.loads(text)
        document["files"][0]["sha256"] = "0" * 64
        manifest.write_text(json.dumps(document))
        self.assert_stops("seal")

    def test_a_seal_with_another_environment_in_it(self):
        """What the seal's id does not hash: the variables of the judge, and what stat said of a file."""
        manifest = self.seals / "current.json"
        for edit in (lambda document: document.update(environment="PATH=/elsewhere\n" + document["environment"]),
                     lambda document: document["files"][0].update(ctime_ns=1), lambda document: document.update(ts="2020-01-01T00:00:00Z")):
            text = manifest.read_text()
            document = json.loads(text)
            edit(document)
            manifest.write_text(json.dumps(document, indent=2) + "\n")
            self.assert_stops("edited")
            manifest.write_text(text)
        self.run_lab(self.numbers, 1)
        self.assertTrue(self.json("verify", "numbers")["ok"])

    def test_a_seal_that_was_made_anew_for_another_evaluator(self):
        """The strongest forger: another lab's lock, made by leanlab itself, in the place of ours."""
        self.edit_evaluator()
        forged = self.lab("forged", files={"evaluation.sh": (self.numbers.folder / "evaluation.sh").read_text()})
        self.leanlab("lock", "forged")
        shutil.copy(forged.state / "seals/current.json", self.seals / "current.json")
        self.assert_stops("exchanged")

    def test_a_seal_that_was_taken_away(self):
        (self.seals / "current.json").unlink()
        self.edit_evaluator()
        self.assert_stops("gone")
        self.leanlab("unlock", "numbers")
        self.leanlab("lock", "numbers")
        self.run_lab(self.numbers, 1)
        self.assertTrue(self.json("verify", "numbers")["ok"])

    def test_a_past_seal_that_was_changed(self):
        self.run_lab(self.numbers, 1)
        self.leanlab("unlock", "numbers")
        past = next(path for path in self.seals.glob("*.json") if len(path.stem) == 64)
        past.chmod(0o644)
        past.write_text(past.read_text().replace("evaluation.sh", "evaluatiom.sh"))
        self.assert_explains(self.leanlab("verify", "numbers", code=6), "seal")

    def test_a_lock_that_was_cut_off_is_finished_by_the_next(self):
        lab = self.lab("cut")
        self.leanlab("lock", "cut", code=None, env={"LEANLAB_CRASH_AT": "ledger.before_write:2"})
        self.assert_explains(self.leanlab("run", "cut", "--n", 1, "--agent", "command:./propose.sh", code=3), "leanlab lock cut")
        self.assertTrue(self.json("verify", "cut")["ok"])
        self.leanlab("lock", "cut")
        self.run_lab(lab, 1)
        self.assertTrue(self.json("verify", "cut")["ok"])

    def test_an_unlock_that_was_cut_off_is_finished_by_the_next(self):
        self.leanlab("unlock", "numbers", code=None, env={"LEANLAB_CRASH_AT": "book.indexed"})
        self.leanlab("unlock", "numbers")
        self.assertFalse(self.json("list")["labs"][0]["sealed"])
        self.leanlab("lock", "numbers")
        self.run_lab(self.numbers, 1)

    def test_an_evaluator_that_is_exchanged_between_two_evaluations(self):
        for case in ("sealed", "unsealed"):
            lab = self.numbers if case == "sealed" else self.lab("open")
            with self.subTest(case=case):
                process = self.start("run", lab.name, "--n", 40, "--agent", "command:./propose.sh")
                wait_until(lambda: len(lab.rows()) >= 1, "the first experiment")
                evaluator = lab.folder / "evaluation.sh"
                evaluator.chmod(0o644)
                evaluator.write_text('echo "{\\"score\\": 1000}"\n')
                done = self.finish(process, code=6)
                self.assert_explains(done, "evaluation.sh")
                self.assertNotIn(1000, [row["score"] for row in lab.rows()])

    def test_an_evaluator_that_is_exchanged_and_put_back_during_an_evaluation(self):
        lab = self.lab("slow", files={"evaluation.sh": '[ -f "$1" ] || exit 2\nsleep 3.21\necho "{\\"score\\": $(sed -n "s/^x = //p" "$1")}"\n'})
        self.leanlab("lock", "slow")
        process = self.start("submit", "slow", self.candidate("a.txt", "x = 1\n"))
        wait_until(lambda: any("proposed" in line for line in (lab.state / "ledger.jsonl").read_text().splitlines()),
                   "the proposal")
        evaluator = lab.folder / "evaluation.sh"
        text = evaluator.read_text()
        evaluator.chmod(0o644)
        wait_until(lambda: sleeping(), "the evaluation")
        evaluator.write_text('echo "{\\"score\\": 1000}"\n')
        evaluator.write_text(text)
        evaluator.chmod(0o444)
        self.finish(process, code=6)
        self.assertEqual([row["score"] for row in lab.rows()], [None])


if __name__ == "__main__":
    unittest.main()
