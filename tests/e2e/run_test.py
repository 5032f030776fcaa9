"""The loop as a person drives it: flags of `run`, many at once, one run per lab, repairs, the dry run."""
import json
import signal
import unittest

from leanlab_testing import LeanlabTest, wait_until


class Runs(LeanlabTest):
    def setUp(self):
        super().setUp()
        # Evaluators here meet each other in folders of the test, which a better tier would not let them see.
        self.env["LEANLAB_FORCE_TIER"] = "C"
        self.numbers = self.lab()

    def test_sixteen_at_once(self):
        """No evaluation of the first sixteen ends before sixteen have begun; with fewer side by side they would hang."""
        began = self.temp / "began"
        began.mkdir()
        self.numbers.write(
            "evaluation.sh",
            f'[ -f "$1" ] || exit 2\nmktemp {began}/XXXXXXXX >&2\nwhile [ $(ls {began} | wc -l) -lt 16 ]; do sleep 0.05; done\n'
            "echo '{\"score\": 1}'\n",
        )
        # Turns that go on at once see the same best ones: each must write what no other does.
        self.numbers.write(
            "propose.sh", '#!/bin/sh\ncat >/dev/null\nme=$$-$(date +%s%N)\nprintf "# %s\\nx = 1\\n" $me >experiments/e$me.txt\n', 0o755
        )
        self.numbers.configure(limits={"seconds": 120})
        summary = self.run_lab(self.numbers, 64, "--parallel", 16, "--skip-checks")
        self.assertEqual(len(summary["experiments"]), 64)
        reasons = {record["reason"] for record in summary["experiments"] if record["status"] == "invalid"}
        self.assertEqual(reasons, set())
        self.assert_book_is_sound(self.numbers, 64)

    def test_the_tuner_gives_no_two_turns_at_once_the_same_point(self):
        self.numbers.write("experiments/sample.txt", "# The sample\nx = 3  # tune: 1..1000 int\ny = 0.5  # tune: 0.0..1.0\n")
        self.numbers.write("evaluation.sh", '[ -f "$1" ] || exit 2\nsleep 0.2\nsed -n \'s/^x = \\([0-9]*\\).*/{"score": \\1}/p\' "$1"\n')
        summary = self.run_lab(self.numbers, 24, "--agent", "tuner", "--parallel", 8, "--skip-checks")
        self.assertEqual(summary["refused"], [])
        self.assert_book_is_sound(self.numbers, 24)

    def test_two_turns_at_once_that_write_the_same_become_one_experiment(self):
        arrived = self.temp / "arrived"
        arrived.mkdir()
        self.numbers.write(
            "propose.sh",
            f"#!/bin/sh\ncat >/dev/null\nmktemp {arrived}/XXXXXXXX >/dev/null\nn=$(ls {arrived} | wc -l)\n"
            f"if [ $n -le 4 ]; then while [ $(ls {arrived} | wc -l) -lt 4 ]; do sleep 0.05; done; n=4; else n=$n.$$; fi\n"
            'printf "# the same\\nx = %s\\n" $n >experiments/e$n-$$.txt\n',
            0o755,
        )
        summary = self.run_lab(self.numbers, 4, "--parallel", 4, "--skip-checks")
        self.assertEqual(len(summary["refused"]), 3)
        self.assert_book_is_sound(self.numbers, 4)

    def test_exclusive_evaluations_never_overlap(self):
        busy = self.temp / "busy"
        self.numbers.write(
            "evaluation.sh",
            f'[ -f "$1" ] || exit 2\nmkdir {busy} || {{ echo overlap >&2; exit 1; }}\nsleep 0.05\nrmdir {busy}\n'
            "echo '{\"score\": 1}'\n",
        )
        self.numbers.configure(parallel={"proposals": 4, "evaluations": 4, "exclusive": True})
        summary = self.run_lab(self.numbers, 8)
        self.assertEqual([record["reason"] for record in summary["experiments"] if record["status"] == "invalid"], [])

    def test_a_second_run_is_told_who_holds_the_lab(self):
        gate = self.temp / "gate"
        self.numbers.write("evaluation.sh", f'[ -f "$1" ] || exit 2\nwhile [ ! -e {gate} ]; do sleep 0.05; done\necho \'{{"score": 1}}\'\n')
        first = self.start("run", "numbers", "--n", 1, "--agent", "command:./propose.sh", "--skip-checks")
        wait_until(lambda: str(first.pid) in self.leanlab("status").text, "the first run to hold the lab")
        second = self.leanlab("run", "numbers", "--n", 1, "--agent", "command:./propose.sh", code=9)
        self.assert_explains(second, str(first.pid))
        self.leanlab("list")  # readers are never kept out
        self.leanlab("status")
        gate.touch()
        self.finish(first)
        self.run_lab(self.numbers, 1)
        self.assert_book_is_sound(self.numbers, 2)

    def test_a_dead_run_does_not_keep_the_lock(self):
        self.leanlab("run", "numbers", "--n", 1, "--agent", "command:./propose.sh", code=None, env={"LEANLAB_CRASH_AT": "loop.recorded"})
        self.run_lab(self.numbers, 1)

    def test_an_invalid_proposal_is_repaired(self):
        self.numbers.write(
            "propose.sh",
            "#!/bin/sh\nprompt=$(cat)\nfile=experiments/e.txt\n"
            'if [ -e $file ]; then echo "x = 4" >$file; else echo "x = four" >$file; fi\n',
            0o755,
        )
        summary = self.run_lab(self.numbers, 1)
        self.assertEqual([record["value"] for record in summary["experiments"]], [4], summary)
        self.assert_book_is_sound(self.numbers, 1)

    def test_repairs_end_after_max_fix_calls(self):
        turns = self.temp / "turns"
        self.numbers.configure(max_fix_calls=2)
        self.numbers.write(
            "propose.sh", f"#!/bin/sh\ncat >/dev/null\necho t >>{turns}\necho \"x = no$(wc -l <{turns})\" >experiments/e.txt\n", 0o755
        )
        summary = self.run_lab(self.numbers, 1)
        self.assertEqual(summary["experiments"][0]["status"], "invalid")
        self.assertEqual(turns.read_text().count("t\n"), 3, "one proposal and two repairs")

    def test_lines_of_json_stream_events_and_end_with_the_summary(self):
        done = self.leanlab("run", "numbers", "--n", 2, "--agent", "command:./propose.sh", "--json=lines")
        events = [json.loads(line) for line in done.out.splitlines()]
        self.assertGreater(len(events), 3)
        for event in events[:-1]:
            self.assertIn("event", event)
            self.assertIn("ts", event)
        self.assertEqual(len(events[-1]["experiments"]), 2)
        self.assertEqual(events[-1]["best"], 2)

    def test_a_dry_run_prints_the_prompt_and_spends_nothing(self):
        done = self.leanlab("run", "numbers", "--dry-run", "--agent", "command:./propose.sh")
        self.assertTrue(done.out.lstrip().startswith("You are the WORKER"), done.out[:100])
        self.assertEqual(self.numbers.rows(), [])

    def test_require_improvement(self):
        self.run_lab(self.numbers, 1, "--require-improvement")
        self.numbers.write("propose.sh", "#!/bin/sh\ncat >/dev/null\necho 'x = -5' >experiments/worse.txt\n", 0o755)
        self.leanlab("run", "numbers", "--n", 1, "--agent", "command:./propose.sh", "--require-improvement", code=1)

    def test_minimising(self):
        self.numbers.configure(objective={"metric": "score", "direction": "min"})
        summary = self.run_lab(self.numbers, 3)
        self.assertEqual([r["status"] for r in summary["experiments"]], ["accepted", "rejected", "rejected"])
        self.assertEqual(summary["best"], 1)
        self.assertEqual([row["best_so_far"] for row in self.numbers.rows()], [True, False, False])

    def test_a_failing_check_refuses_the_run_before_any_turn(self):
        (self.numbers.folder / "evaluation.sh").unlink()
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", "command:./propose.sh", code=3)
        self.assert_explains(done, "evaluation.sh")
        self.assertEqual(self.numbers.rows(), [])

    def test_an_agent_that_is_missing_is_exit_5_or_3(self):
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", "command:./absent.sh", code=None)
        self.assertIn(done.code, (3, 5), str(done))
        self.assert_explains(done, "absent.sh")

    def test_nothing_tunable_is_told(self):
        done = self.leanlab("run", "numbers", "--n", 1, "--agent", "tuner", code=3)
        self.assert_explains(done, "tune:")

    def test_a_tuner_with_nothing_left_ends_the_run(self):
        lab = self.lab("small", files={"experiments/sample.txt": "# tuned\nx = 3  # tune: {1, 2, 3, 4}\n"})
        lab.write("evaluation.sh", '[ -f "$1" ] || exit 2\nx=$(sed -n "s/^x = \\([0-9]*\\).*/\\1/p" "$1")\necho "{\\"score\\": $x}"\n')
        for parallel in (1, 4):
            with self.subTest(parallel=parallel):
                summary = self.json("run", "small", "--n", 500, "--agent", "tuner", "--parallel", parallel)
                self.assertRegex(summary["ended_because"], "combination")
                self.assertIn("widen", summary["next"])
                self.assertLess(len(lab.rows()), 6)
        self.assertEqual(sorted(row["score"] for row in lab.rows()), [1, 2, 3, 4])
        self.assertEqual(self.json("run", "small", "--resume", "--agent", "tuner")["new"], 0, "that run has come to its end")

    def test_until_ends_a_run_that_resume_finishes(self):
        first = self.run_lab(self.numbers, 2, "--until", "2020-01-01T00:00:00Z")
        self.assertEqual(first["new"], 0)
        self.assertIn("--until", first["ended_because"])
        again = self.json("run", "numbers", "--resume")  # with the agent of the run that it resumes
        self.assertEqual(again["new"], 2)
        self.assertTrue(all("command:./propose.sh" in record["agent"] for record in again["experiments"]), again)

    def test_an_interrupted_run_prints_one_object_that_holds_the_summary_and_the_error(self):
        for form in ("--json", "--json=lines"):
            with self.subTest(form=form):
                before = len(self.numbers.rows())
                run = self.start("run", "numbers", "--n", 500, "--agent", "command:./propose.sh", form)
                wait_until(lambda: len(self.numbers.rows()) > before, "a record")
                run.send_signal(signal.SIGINT)
                done = self.finish(run, code=8)
                last = json.loads(done.out.splitlines()[-1])
                if form == "--json":
                    self.assertEqual(len(done.out.splitlines()), 1)
                self.assertEqual(last["error"]["code"], "interrupted")
                self.assertIn("--resume", last["error"]["next"])
                self.assertGreater(len(last["experiments"]), 0)

    def test_the_tuner_gives_the_same_experiments_for_the_same_seed(self):
        sources = []
        for name in ("first", "second"):
            lab = self.lab(name, files={"experiments/sample.txt": "# tuned\nx = 3  # tune: 1..1000 int\n"})
            lab.write("evaluation.sh", '[ -f "$1" ] || exit 2\nx=$(sed -n "s/^x = \\([0-9]*\\).*/\\1/p" "$1")\necho "{\\"score\\": $x}"\n')
            lab.write("validate.sh", '[ -f "$1" ] && echo VALID || echo INVALID: no such file\n')
            self.json("run", name, "--n", 8, "--agent", "tuner", "--seed", 7)
            sources.append([(lab.folder / row["experiment_file"]).read_text() for row in lab.rows()])
        self.assertEqual(sources[0], sources[1])
        self.assertEqual(len(set(sources[0])), 8)


if __name__ == "__main__":
    unittest.main()
