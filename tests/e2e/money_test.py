"""Money: costs as told or by the table, unknown stays unknown, budgets that hold with many at once and over resumptions."""
import json
import unittest

from leanlab_testing import LeanlabTest, wait_until

# A Worker whose experiments have names and values that no other turn has: process ids repeat in a sandbox.
PROPOSE_SH = """\
now=$(date +%s%N)
printf '# try %s\\nx = 1%s\\n' "$now" "${{now#??????}}" >"experiments/e$now.txt"
"""

# A Worker that tells what its turn cost, and leaves a line for each turn.
PAID_SH = "#!/bin/sh\n" + PROPOSE_SH + "echo turn >>{turns}\necho '{usage}'\n"


class Money(LeanlabTest):
    def setUp(self):
        super().setUp()
        self.turns = self.shared_with_agents() / "turns"
        self.numbers = self.lab(director_every=0, critic_every=0)
        self.numbers.write("propose.sh", "#!/bin/sh\n" + PROPOSE_SH.replace("{{", "{").replace("}}", "}"), 0o755)

    def worker(self, **usage):
        text = json.dumps({"usage": usage})
        self.numbers.write("propose.sh", PAID_SH.format(turns=self.turns, usage=text), 0o755)

    def taken(self) -> int:
        return len(self.turns.read_text().splitlines()) if self.turns.exists() else 0

    def run_numbers(self, n, *args, code=0, **options):
        return self.run_lab(self.numbers, n, "--allow-unknown-cost", *args, code=code, **options)

    def test_the_summary_adds_up_every_turn(self):
        self.worker(cost_usd=0.25, model="m", input=10, output=5, cache_read=2, cache_write=1)
        summary = self.run_numbers(3)
        self.assertAlmostEqual(summary["cost_usd"], 0.75)
        self.assertEqual(summary["tokens"], {"input": 30, "output": 15, "cache_read": 6, "cache_write": 3})
        self.assertEqual(summary["turns"], 3)
        self.assertAlmostEqual(summary["cost_per_accepted_usd"], 0.75 / summary["accepted"])
        status = self.json("status")["labs"][0]
        self.assertAlmostEqual(status["cost_usd"], 0.75)
        self.assertIn("$0.75", self.leanlab("status").out)

    def test_unknown_stays_unknown(self):
        summary = self.run_lab(self.numbers, 2)
        self.assertIsNone(summary["cost_usd"])
        self.assertIsNone(summary["tokens"])
        self.assertEqual(summary["unpriced_turns"], 2)
        self.assertIsNone(self.json("status")["labs"][0]["cost_usd"])

    def test_the_users_table_prices_tokens(self):
        self.worker(model="my-model-7", input=1_000_000, output=500_000)
        self.assertIsNone(self.run_numbers(1)["cost_usd"])
        table = self.home / ".config" / "leanlab" / "prices.json"
        table.parent.mkdir(parents=True)
        table.write_text('{"version": 1, "models": {"my-model*": {"input": 2, "output": 4}}}')
        self.assertAlmostEqual(self.run_numbers(1)["cost_usd"], 4.0)
        rows = {row["model"]: row for row in self.json("prices")["models"]}
        self.assertEqual(rows["my-model*"]["input"], 2)
        self.assertGreater(len(rows), 1, "the packaged table is there too")
        table.write_text('{"version": 1, "models": {"my-model*": {"inptu": 2}}}')
        self.assert_explains(self.leanlab("prices", code=3), "inptu", "prices.json")

    def test_a_budget_in_dollars_holds_with_many_at_once(self):
        self.worker(cost_usd=0.01)
        summary = self.run_numbers(50, "--parallel", 8, "--usd", "0.05", code=4)
        self.assertAlmostEqual(summary["cost_usd"], 0.05)
        self.assertEqual(self.taken(), 5)
        self.assertIn("budget", summary["ended_because"])
        self.assert_book_is_sound(self.numbers, 5)

    def test_a_budget_holds_over_resumptions(self):
        self.worker(cost_usd=0.02)
        worker = ["--agent", "command:./propose.sh", "--allow-unknown-cost"]
        self.leanlab("run", "numbers", "--n", 50, "--usd", "0.05", *worker, code=-9, env={"LEANLAB_CRASH_AT": "loop.recorded:2"})
        self.leanlab("run", "numbers", "--resume", *worker, code=4)
        self.assertEqual(self.taken(), 3, "the third turn began below the cap and went over it")
        self.leanlab("run", "numbers", "--resume", *worker, code=4)
        self.assertEqual(self.taken(), 3)
        self.assert_book_is_sound(self.numbers, 3)

    def test_the_labs_budget_counts_all_its_runs(self):
        self.worker(cost_usd=1, input=100)
        self.numbers.configure(budget={"usd": 3})
        self.run_numbers(2)
        done = self.run_numbers(5, code=4)
        self.assertEqual(done["new"], 1)
        self.assertEqual(self.run_numbers(5, code=4)["new"], 0)
        self.numbers.configure(budget={"tokens": 400})
        self.assertEqual(self.run_numbers(5, code=4)["new"], 1)
        self.numbers.configure(budget={"experiments": 6})
        self.assertEqual(self.run_numbers(5, code=4)["new"], 2)
        self.numbers.configure(budget={"hours": 0})
        self.assertEqual(self.run_numbers(5, code=4)["new"], 0)
        self.assert_book_is_sound(self.numbers, 6)

    def test_a_cap_in_dollars_wants_a_price(self):
        done = self.leanlab("run", "numbers", "--n", 1, "--usd", 1, "--agent", "command:./propose.sh", code=3)
        self.assert_explains(done, "unknown", "--allow-unknown-cost", "prices")
        self.assertEqual(self.numbers.rows(), [])

    def test_lifting_a_budget_is_an_act_of_the_owner(self):
        self.worker(cost_usd=0.01)
        self.numbers.configure(budget={"usd": 1})
        self.run_numbers(1)
        self.numbers.configure(budget={"usd": 2})
        config = self.home / ".config" / "leanlab" / "config.json"
        config.parent.mkdir(parents=True)
        config.write_text('{"owner": {"require": "person"}}')
        self.run_lab(self.numbers, 1, "--allow-unknown-cost", code=7)
        self.leanlab("lock", "numbers")
        self.leanlab("unlock", "numbers", code=7)
        config.write_text("{}")
        self.run_numbers(1)
        ledger = (self.numbers.state / "ledger.jsonl").read_text()
        self.assertIn('"type":"budget_lifted"', ledger)

    def test_estimate(self):
        before = self.json("estimate", "numbers", "--agent", "command:./propose.sh")
        self.assertIsNone(before["cost_usd"])
        self.assertTrue(before["needs_probe"])
        self.worker(cost_usd=0.5, input=10, output=10)
        probed = self.json("estimate", "numbers", "--agent", "command:./propose.sh", "--n", 10, "--probe")
        self.assertAlmostEqual(probed["cost_usd"], 5.0)
        self.assertAlmostEqual(probed["tokens"], 200)
        self.assert_book_is_sound(self.numbers, 1)
        free = self.json("estimate", "numbers", "--n", 10)
        self.assertEqual(free["cost_usd"], 0, "the tuner is free")

    def test_a_run_in_the_background(self):
        gate = self.temp / "gate"
        self.numbers.write("evaluation.sh", f'[ -f "$1" ] || exit 2\nwhile [ ! -e {gate} ]; do sleep 0.05; done\necho \'{{"score": 1}}\'\n')
        started = self.json("run", "numbers", "--n", 2, "--agent", "command:./propose.sh", "--detach", "--skip-checks", env={"LEANLAB_FORCE_TIER": "C"})
        self.assertIn(f"process {started['pid']} ", self.json("status")["labs"][0]["running"])
        gate.touch()
        wait_until(lambda: self.json("status")["labs"][0]["running"] is None, "the end of the run")
        self.assert_book_is_sound(self.numbers, 2)

    def test_a_run_in_the_background_that_cannot_begin_says_why(self):
        self.numbers.write("evaluation.sh", "exit 1\n")
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", "command:./propose.sh", "--detach", code=3)
        self.assert_explains(done, "not ready")


if __name__ == "__main__":
    unittest.main()
