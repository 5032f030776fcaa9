"""Judge and candidate apart: the same numbers, honest experiments pass, and every record says what held."""
import json
import os
import shutil
import subprocess
import unittest
from pathlib import Path

import leanlab_testing
from leanlab_testing import LeanlabTest, as_nobody, needs_root

PYTHON = "/usr/bin/python3"
LABS = Path(__file__).resolve().parents[2] / "labs"

# An evaluator as 0.2.1's labs have them: it imports the experiment and prints one line.
IMPORTING = '''
import importlib.util, json, os, sys
path = sys.argv[1]
if not os.path.isfile(path):
    sys.exit(f"{path}: no such file")
spec = importlib.util.spec_from_file_location("experiment", path)
experiment = importlib.util.module_from_spec(spec)
spec.loader.exec_module(experiment)
print(json.dumps({"score": float(experiment.value())}))
'''
READING = '''
import json, os, sys
if not os.path.isfile(sys.argv[1]):
    sys.exit(f"{sys.argv[1]}: no such file")
print(json.dumps({"score": len(open(sys.argv[1]).read())}))
'''
REPORTING = '''
from leanlab_judge import candidate, report
report(score=float(candidate().value()))
'''


def tiers() -> list:
    """Those that this machine really gives."""
    machine = json.loads(subprocess.run([leanlab_testing.BIN, "doctor", "--json"], capture_output=True, text=True, check=True).stdout)
    lost = " ".join(machine["reasons"])
    return [tier for tier in ("A", "B") if f"no tier {tier}" not in lost]


class SplitTest(LeanlabTest):
    def python_lab(self, evaluator: str = IMPORTING, sample: str = "def value(): return 1\n", **config):
        files = {"evaluation.py": evaluator, "experiments/sample.py": sample, "experiments/sample.txt": None, "evaluation.sh": None, "validate.sh": None}
        return self.lab(files=files, eval_cmd=f"{PYTHON} evaluation.py {{file}}", validate_cmd=None, **config)

    def submit(self, source: str, tier: str, name: str = "e.py", code=0, lab: str = None) -> dict:
        path = self.candidate(name, source, lab)
        return self.json("submit", lab or self.last_lab, path, code=code, env={"LEANLAB_FORCE_TIER": tier})["experiments"][0]


@unittest.skipUnless(Path("/usr/lib/python3/dist-packages/sklearn").exists(), "python3-sklearn is not installed")
class HousePrices(SplitTest):
    def setUp(self):
        super().setUp()
        data = os.environ.get("LEANLAB_TEST_DATA")
        if not data:
            self.skipTest("LEANLAB_TEST_DATA is not set")
        self.csv = Path(data) / "california-housing.csv"

    def prices(self, name: str, contract: str):
        self.leanlab("init", name, "--template", "house-prices")
        folder = self.project / ".leanlab" / name
        subprocess.run([PYTHON, "prepare.py", "--csv", self.csv], cwd=folder, check=True, capture_output=True)
        leanlab_testing.Lab(folder).configure(judge=contract)

    def test_metrics_are_the_same_to_the_last_digit(self):
        self.prices("together", "in-process")
        self.prices("apart", "proxied")
        models = {
            "lr.py": ("linear_model", "LinearRegression", ""),
            "hgb.py": ("ensemble", "HistGradientBoostingRegressor", "random_state=0"),
        }
        for file, (module, model, arguments) in models.items():
            source = f'"""One model."""\nfrom sklearn.{module} import {model}\n\n\ndef build_estimator():\n    return {model}({arguments})\n'
            expected = self.submit(source, tiers()[0] if tiers() else "C", file, lab="together")
            self.assertEqual(expected["level"], "in-process")
            self.assertIsNotNone(expected["value"], expected["reason"])
            for tier in tiers():
                record = self.submit(source + f"# {tier}\n", tier, f"{tier}_{file}", lab="apart")
                self.assertEqual((record["level"], record["tier"]), ("proxied", tier), record["reason"])
                for metric in ("rmse", "mae", "r2"):
                    self.assertEqual(record["metrics"][metric], expected["metrics"][metric], f"{metric} of {file} in tier {tier}")


class Honest(SplitTest):
    def passes(self, source: str, value: float, **config):
        self.python_lab(**config)
        for tier in tiers():
            record = self.submit(source + f"\n# {tier}\n", tier, f"{tier}.py")
            self.assertEqual((record["value"], record["level"], record["tier"]), (value, "proxied", tier), record)
            self.assertEqual(record["denied"], [], "an honest experiment is under suspicion")

    def test_numpy_with_threads(self):
        self.passes(
            "import threading\nimport numpy\n\n\ndef value():\n    sums = []\n"
            "    work = lambda: sums.append((numpy.ones((300, 300)) @ numpy.ones((300, 300)))[0, 0])\n"
            "    threads = [threading.Thread(target=work) for _ in range(4)]\n"
            "    for t in threads: t.start()\n    for t in threads: t.join()\n    return sum(sums)\n", 1200.0)

    def test_sklearn_with_threads(self):
        self.passes(
            "from sklearn.datasets import make_classification\nfrom sklearn.ensemble import RandomForestClassifier\n\n\ndef value():\n"
            "    x, y = make_classification(random_state=0)\n"
            "    return RandomForestClassifier(n_estimators=8, n_jobs=2, random_state=0).fit(x, y).predict(x).shape[0]\n", 100.0)

    def test_subprocesses_where_the_lab_allows_them(self):
        source = "import subprocess\n\n\ndef value():\n    return float(subprocess.run(['/bin/echo', '3'], capture_output=True).stdout)\n"
        self.passes(source, 3.0, sandbox={"processes": True})

    def test_processes_and_shared_memory_where_the_lab_allows_them(self):
        """Semaphores and shared memory lie in /dev/shm, which tier B has no private one of."""
        source = ("from multiprocessing import Pool, shared_memory\n\n\ndef value():\n    memory = shared_memory.SharedMemory(create=True, size=8)\n"
                  "    memory.buf[0] = 5\n    with Pool(2) as pool:\n        total = sum(pool.map(abs, range(-4, 0)))\n"
                  "    total += memory.buf[0]\n    memory.close()\n    memory.unlink()\n    return total\n")
        before = sorted(os.listdir("/dev/shm"))
        self.passes(source, 15.0, sandbox={"processes": True})
        self.assertEqual(sorted(os.listdir("/dev/shm")), before)

    def test_joblib_with_processes(self):
        self.passes(
            "from joblib import Parallel, delayed\n\n\ndef value():\n    return float(sum(Parallel(n_jobs=2)(delayed(abs)(-i) for i in range(5))))\n",
            10.0, sandbox={"processes": True})

    def test_subprocesses_are_denied_and_seen_elsewhere(self):
        self.python_lab()
        source = "import subprocess\n\n\ndef value():\n    return float(subprocess.run(['/bin/echo', '3'], capture_output=True).stdout)\n"
        for tier in tiers():
            record = self.submit(source + f"# {tier}\n", tier, f"{tier}.py")
            self.assertEqual(record["status"], "invalid", record)
            shown = self.leanlab("show", record["id"]).out
            self.assertTrue([denied for denied in record["denied"] if denied["who"] == "experiment"], record)
            self.assertIn("experiment tried", shown)

    @unittest.skipUnless(shutil.which("g++"), "g++ is not installed")
    def test_a_compiler(self):
        self.passes(
            "import subprocess, tempfile, os\n\n\ndef value():\n    folder = tempfile.mkdtemp()\n    source = os.path.join(folder, 'a.cc')\n"
            "    open(source, 'w').write('#include <cstdio>\\nint main() { std::puts(\"7\"); }')\n"
            "    subprocess.run(['g++', source, '-o', folder + '/a'], check=True)\n"
            "    return float(subprocess.run([folder + '/a'], capture_output=True).stdout)\n", 7.0, sandbox={"processes": True})

    @unittest.skipUnless(os.path.exists("/usr/bin/node"), "node is not installed")
    def test_node(self):
        source = "import subprocess\n\n\ndef value():\n    return float(subprocess.run(['/usr/bin/node', '-e', 'console.log(5)'], capture_output=True).stdout)\n"
        self.passes(source, 5.0, sandbox={"processes": True})

    def test_public_data_can_be_read_and_hidden_things_cannot(self):
        lab = self.python_lab(sandbox={"read": ["public"], "hide": ["public/not"]})
        lab.write("public/a.txt", "4")
        lab.write("public/not/b.txt", "9")
        lab.write("answers.txt", "8")
        here = str(lab.folder)
        source = f"def value():\n    try:\n        return float(open({here!r} + '/NAME').read())\n    except OSError:\n        return -1\n"
        for tier in tiers():
            found = {name: self.submit(source.replace("NAME", name) + f"# {tier}\n", tier, f"{tier}_{i}.py")["value"]
                     for i, name in enumerate(("public/a.txt", "public/not/b.txt", "answers.txt"))}
            self.assertEqual(found, {"public/a.txt": 4.0, "public/not/b.txt": -1.0, "answers.txt": -1.0}, tier)


class Tries(SplitTest):
    """What an experiment reaches for is told by the kernel, in every language and at every level."""

    def assert_told(self, record: dict, who: str, *tries: str):
        told = {denied["call"] for denied in record["denied"] if denied["who"] == who}
        for wanted in tries:
            self.assertIn(wanted, told, record)
        self.assertIn(f"{who} tried", self.leanlab("show", record["id"]).out)

    def test_a_program_in_process(self):
        lab = self.lab(files={"evaluation.sh": '#!/bin/sh\n[ -f "$1" ] || exit 1\nsh "$1"\n'}, validate_cmd=None)
        self.leanlab("lock", lab.name)
        (self.home / ".netrc").write_text("secret")
        book, key = lab.folder / "lab.json", self.home / ".netrc"
        for tier in tiers():
            record = self.submit(f"cat ../lab.json lab.json '{key}' {lab.state}/ledger.jsonl >&2\necho x >>lab.json\necho '{{\"score\": 1}}' # {tier}\n",
                                 tier, f"{tier}.txt")
            self.assertEqual((record["value"], record["level"], record["tier"]), (1, "in-process", tier), record)
            self.assert_told(record, "evaluator", f"open {book}", f"change {book}", f"open {key}", f"open {lab.state}/ledger.jsonl")

    def test_python_that_goes_around_its_own_watch(self):
        lab = self.python_lab()
        source = f"import ctypes\n\n\ndef value():\n    return ctypes.CDLL(None).open(b'{lab.folder}/evaluation.py', 0)\n"
        for tier in tiers():
            record = self.submit(source + f"# {tier}\n", tier, f"{tier}.py")
            self.assertEqual(record["value"], -1, record)
            self.assert_told(record, "experiment", f"open {lab.folder}/evaluation.py")


@unittest.skipUnless(shutil.which("g++") and Path("/usr/lib/python3/dist-packages/numpy").exists(), "needs g++ and python3-numpy")
class OtherLanguages(SplitTest):
    def test_a_python_evaluator_of_experiments_in_cpp(self):
        lab = self.python_lab(
            "from leanlab_judge import candidate, report\nimport numpy\n"
            "y = candidate().twice(numpy.arange(4, dtype='<f4'))\nreport(score=float(y.sum()))\n",
            candidate_cmd="sh public/serve.sh {file}", sandbox={"read": ["public"], "processes": True})
        lab.write("public/serve.sh", 'g++ -std=c++17 public/serve.cc -DEXPERIMENT="\\"$1\\"" -I. -o "$TMPDIR/serve" 3<&- 4>&- && exec "$TMPDIR/serve"\n')
        lab.write("public/serve.cc", '#include <leanlab_judge.h>\n#include EXPERIMENT\nusing leanlab::Value;\nint main() { return leanlab::serve({{"twice", '
                  "[](const std::vector<Value>& v) { auto x = v.at(0).floats(); for (float& f : x) f = twice(f); return Value::of(x); }}}); }\n")
        for tier in tiers():
            record = self.submit(f"// {tier}\nfloat twice(float x) {{ return 2 * x; }}\n", tier, f"{tier}.cc")
            self.assertEqual((record["value"], record["level"], record["tier"]), (12, "isolated", tier), record)


class Echoes(SplitTest):
    """An evaluator that prints what it is told, and goes on: the experiment's words are no score."""

    def test_a_line_that_the_experiment_wrote_is_no_score(self):
        self.python_lab(
            IMPORTING.replace('print(json.dumps({"score": float(experiment.value())}))',
                              'try:\n    print(json.dumps({"score": float(experiment.value())}))\nexcept Exception as error:\n    print(error)'))
        for tier in tiers():
            for i, text in enumerate(('{"score": 99}', 'so:\\n {"score": 99}', '{"sc\\\\u006fre": 99}')):
                record = self.submit(f"def value(): raise ValueError('{text}')\n# {tier}\n", tier, f"{tier}{i}.py")
                self.assertEqual((record["status"], record["value"]), ("invalid", None), record)
                self.assertIn("the experiment wrote", record["reason"])
            record = self.submit(f"def value(): return 5\n# {tier}\n", tier, f"{tier}.py")
            self.assertEqual(record["value"], 5, record)


class Choice(SplitTest):
    def level(self) -> dict:
        checks = {check["name"]: check for check in self.json("check", self.last_lab, code=None)["checks"]}
        return checks["judging"]

    def test_a_python_evaluator_that_imports_is_proxied(self):
        self.python_lab()
        self.assertIn("level proxied", self.level()["message"])

    def test_one_that_only_reads_the_file_is_in_process_and_says_so(self):
        self.python_lab(READING)
        told = self.level()
        self.assertEqual(told["status"], "warn")
        self.assertIn("level in-process", told["message"])
        self.assertIn("only a stub", told["message"])

    def test_one_that_uses_the_module_is_isolated(self):
        self.python_lab(REPORTING)
        self.assertIn("level isolated", self.level()["message"])
        self.assertEqual(self.submit("def value(): return 6\n", tiers()[0] if tiers() else "C")["value"], 6)

    def test_a_shell_evaluator_is_in_process(self):
        self.lab()
        self.assertIn("level in-process", self.level()["message"])
        record = self.json("submit", "numbers", self.candidate("a.txt", "x = 4\n"))["experiments"][0]
        self.assertEqual((record["value"], record["level"]), (4, "in-process"))

    def test_an_experiment_cannot_bring_another_level_about(self):
        lab = self.python_lab()
        self.leanlab("lock", lab.name)
        for i, source in enumerate(("import os\nos._exit(0)\n", "print('{\"score\": 99}')\nraise SystemExit(0)\n", "1 / 0\n")):
            record = self.json("submit", lab.name, self.candidate(f"e{i}.py", source))["experiments"][0]
            self.assertEqual((record["status"], record["level"], record["value"]), ("invalid", "proxied", None), record)
        self.assertEqual(self.json("submit", lab.name, self.candidate("last.py", "def value(): return 2\n"))["experiments"][0]["value"], 2)

    def test_what_the_lab_names_is_taken(self):
        self.python_lab(judge="in-process")
        self.assertIn("level in-process", self.level()["message"])

    def test_isolated_without_a_python_evaluator_says_what_is_missing(self):
        self.lab(judge="isolated")
        done = self.leanlab("submit", "numbers", self.candidate("a.txt", "x = 4\n"), code=3)
        self.assert_explains(done, "candidate_cmd")


class Unverified(SplitTest):
    """No user namespaces and no Landlock, simulated."""

    def setUp(self):
        super().setUp()
        self.env["LEANLAB_FORCE_TIER"] = "C"

    def test_every_screen_and_record_says_so(self):
        lab = self.python_lab()
        self.candidate("e.py", "def value(): return 3\n")
        done = self.leanlab("submit", lab.name, lab.folder / "experiments" / "e.py")
        self.assertIn("UNVERIFIED", done.text)
        self.assertEqual(lab.rows()[0]["leanlab"]["tier"], "C")
        lab.write("propose.sh", "#!/bin/sh\necho 'def value(): return 5' > experiments/new.py\n", 0o755)
        ran = self.leanlab("run", lab.name, "--n", 1, "--agent", "command:./propose.sh", "--skip-checks")
        self.assertIn("UNVERIFIED", ran.text)
        screens = (["check", lab.name], ["show", f"{lab.name}/1"], ["list"], ["status"], ["doctor"], ["verify", lab.name], ["rescore", lab.name, "1"],
                   ["export", lab.name, "--format", "html"], ["redteam", "-k", "print-score"])
        for command in screens:
            self.assertIn("UNVERIFIED", self.leanlab(*command, code=None).text, command)
        for command in (["show", f"{lab.name}/1"], ["check", lab.name], ["list"], ["status"], ["verify", lab.name], ["doctor"], ["redteam", "-k", "print-score"]):
            told = self.leanlab(*command, "--json", code=None).text.lower()
            self.assertTrue("unverified" in told or '"tier":"c"' in told, f"{command}: {told}")
        for format in ("csv", "jsonl"):
            self.assertRegex(self.leanlab("export", lab.name, "--format", format).out, '(,C,|"tier":"C")')

    def test_the_log_says_so(self):
        lab = self.python_lab(IMPORTING + "print('a log')\n")
        self.leanlab("submit", lab.name, self.candidate("e.py", "print('x')\ndef value(): return 3\n"))
        self.assertIn("UNVERIFIED", self.leanlab("log", f"{lab.name}/1").err)

    def test_a_least_tier_refuses(self):
        lab = self.python_lab()
        path = self.candidate("e.py", "def value(): return 3\n")
        for command in (["submit", lab.name, path], ["run", lab.name, "--n", 1]):
            for tier in ("A", "B"):
                self.assert_explains(self.leanlab(*command, "--min-tier", tier, code=3), "tier C", f"at least {tier}")
        self.assertEqual(lab.rows(), [])


@needs_root
class OrdinaryUser(SplitTest):
    def test_an_ordinary_user_gets_the_same(self):
        self.python_lab()
        self.candidate("e.py", "import os\n\n\ndef value(): return 10 + (os.getuid() == 0)\n")
        for folder, names, files in os.walk(self.temp):
            for path in [folder, *(os.path.join(folder, name) for name in files)]:
                os.chown(path, 65534, 65534)
        probe = subprocess.run(as_nobody([leanlab_testing.BIN, "doctor", "--json"]), capture_output=True, text=True, env=self.env, cwd=self.project)
        if probe.returncode != 0:
            self.skipTest(f"an ordinary user cannot run the program here: {probe.stderr}")
        lost = " ".join(json.loads(probe.stdout)["reasons"])
        for tier in [tier for tier in ("A", "B") if f"no tier {tier}" not in lost]:
            path = self.candidate(f"e{tier}.py", f"# {tier}\ndef value(): return 10\n")
            os.chown(path, 65534, 65534)
            done = subprocess.run(as_nobody([leanlab_testing.BIN, "submit", "numbers", path, "--json"]), capture_output=True, text=True,
                                  env={**self.env, "LEANLAB_FORCE_TIER": tier}, cwd=self.project)
            self.assertEqual(done.returncode, 0, done.stderr)
            record = json.loads(done.stdout)["experiments"][0]
            self.assertEqual((record["value"], record["level"], record["tier"]), (10, "proxied", tier), record)


if __name__ == "__main__":
    unittest.main()
