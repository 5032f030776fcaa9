"""The contract `proxied`: an evaluator that knows nothing of all this imports the experiment, and gets the same numbers."""
import json
import os
import subprocess
import sys
import unittest
from pathlib import Path

from judge_testing import JudgeCase, copy_lab

LOAD = """
import argparse, importlib.util, json, sys
import numpy as np
parser = argparse.ArgumentParser(); parser.add_argument("--experiment"); path = parser.parse_args().experiment
spec = importlib.util.spec_from_file_location("experiment", path)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
"""


class Proxied(JudgeCase):
    def proxied(self, evaluator: str, experiment: str):
        """The metrics; the judge must end well."""
        done = self.evaluate_source(LOAD + evaluator, experiment)
        self.assertEqual(done.status, 0, done.err)
        self.assertEqual(done.frame("hello")["contract"], "proxied")
        return done.metrics

    def both(self, evaluator: str, experiment: str):
        """The metrics in one process and proxied, which must be the same; and the experiment must really run elsewhere."""
        alone = self.folder / "alone.py"
        alone.write_text(LOAD + evaluator)
        done = subprocess.run(
            [sys.executable, str(alone), "--experiment", str(self.write(experiment))],
            env=self.environment, capture_output=True, text=True, timeout=120,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        metrics = self.proxied(evaluator, experiment)
        self.assertEqual(metrics, json.loads(done.stdout))
        return metrics


class PlainThings(Proxied):
    def test_experiment_runs_in_another_process(self):
        metrics = self.proxied("import os; print(json.dumps({'theirs': module.pid(), 'ours': os.getpid()}))", "import os\npid = os.getpid")
        self.assertNotEqual(metrics["theirs"], metrics["ours"])

    def test_functions_constants_and_keywords(self):
        self.both(
            "print(json.dumps({'a': module.add(2, y=3), 'b': module.SIZE, 'c': module.NAMES['x'][1], 'd': hasattr(module, 'no'), 'e': module.__doc__, 'f': module.add.__name__, 'g': module.add.__doc__}))",
            '"""My idea."""\nSIZE = 1.5\nNAMES = {"x": (1, "é")}\ndef add(x, y=1):\n    "Adds."\n    return x + y\n',
        )

    def test_values_keep_their_types(self):
        values = "[1, 2**70, -0.0, 0.1, True, None, 'x', (1, [2]), {3: 'y', (1, 2): b'\\x00z'}, 1 + 2j, slice(1, None), float('1e-320')]"
        self.both(f"v = {values}\nw = module.echo(v)\nprint(json.dumps({{'r': repr(w), 't': repr(w) == repr(v)}}))", "def echo(x): return x")

    def test_classes_methods_attributes_and_identity(self):
        metrics = self.both(
            """
m = module.Model(3)
m.rate = 0.5
print(json.dumps({"self": m.fit([1]) is m, "n": m.n, "rate": m.doubled(), "len": len(m), "item": m[4], "in": 3 in m,
  "iter": [x for x in m], "call": m(1), "same": m.part is m.part, "is": isinstance(m, module.Model), "truth": bool(m),
  "name": m.__class__.__name__, "classmethod": module.Model.make().n, "float": float(m)}))""",
            """
                class Part: pass
                class Model:
                    def __init__(self, n): self.n, self.part = n, Part()
                    def fit(self, x): self.seen = x; return self
                    def doubled(self): return 2 * self.rate
                    def __len__(self): return self.n
                    def __getitem__(self, i): return i * 10
                    def __contains__(self, i): return i == 3
                    def __iter__(self): return (i for i in range(self.n))
                    def __call__(self, x): return x + 1
                    def __float__(self): return 2.5
                    @classmethod
                    def make(cls): return cls(9)
""",
        )
        self.assertTrue(metrics["self"] and metrics["same"] and metrics["is"])

    def test_generators_come_one_at_a_time(self):
        self.assertEqual(
            self.proxied(
                "g = iter(module.count())\nprint(json.dumps({'first': [next(g) for _ in range(3)]}))",
                "def count():\n    i = 0\n    while True:\n        yield i\n        i += 1\n",
            ),
            {"first": [0, 1, 2]},
        )

    def test_threads_of_the_judge_may_ask_at_once(self):
        self.both(
            "from concurrent.futures import ThreadPoolExecutor\n"
            "with ThreadPoolExecutor(8) as pool: r = list(pool.map(module.f, range(200)))\nprint(json.dumps({'r': r}))",
            "def f(x): return x * x",
        )

    def test_run_path_and_import_by_name(self):
        self.both("import runpy\nr = runpy.run_path(path)\nprint(json.dumps({'r': r['f'](2)}))", "def f(x): return x + 1")
        self.both(
            "import os; sys.path.insert(0, os.path.dirname(path)); import experiment\nprint(json.dumps({'r': experiment.f(2)}))", "def f(x): return x + 1"
        )

    def test_candidate_stdout_is_not_the_judges(self):
        metrics = self.proxied("module.f(); print(json.dumps({'score': 1}))", "print('{\"score\": 99}')\ndef f(): print('{\"score\": 98}', flush=True)\n")
        self.assertEqual(metrics, {"score": 1})


class Arrays(Proxied):
    def test_arrays_are_bit_exact_both_ways(self):
        evaluator = """
rng = np.random.default_rng(1)
arrays = [rng.standard_normal((3, 4)), np.asfortranarray(rng.standard_normal((5, 2))), np.arange(6, dtype=">i2"), np.zeros((0, 3)),
  np.array(2.5), np.array([True, False]), np.array(["a", "éé"]), np.array([b"x", b"yz"]), np.arange(4, dtype="f2"),
  np.array([1 + 2j, 3], "c8"), np.arange(24).reshape(2, 3, 4)[:, ::2], np.array(["2020-01-01"], "M8[D]"), np.array([1, "x", None], object),
  np.arange(3, dtype="g"), np.asfortranarray(np.arange(24.0).reshape(2, 3, 4))]
ok = []
for a in arrays:
    b, dtype, shape, fortran, digest = module.echo(a)
    plain = np.ascontiguousarray(a) if a.ndim and not a.flags.f_contiguous else a
    ok.append([b.dtype == a.dtype, b.shape == a.shape, bool(b.tobytes() == a.tobytes() or a.dtype.kind == "O" and list(a) == list(b)),
      b.dtype.str == dtype, b.flags.f_contiguous == plain.flags.f_contiguous == fortran, b.flags.writeable])
scalars = [np.float32(1.5), np.int8(-3), np.bool_(True), np.float64(0.1), np.str_("x")]
ok.append([type(x) is type(y) and bool(x == y) for x, y in zip(scalars, module.same(scalars))])
print(json.dumps({"ok": ok}))
"""
        experiment = """
def echo(a): return a, a.dtype.str, a.shape, a.flags.f_contiguous, hash(a.tobytes())
def same(x): return x
"""
        metrics = self.both(evaluator, experiment)
        self.assertTrue(all(all(row) for row in metrics["ok"]), metrics)

    def test_nan_goes_in_but_does_not_come_out(self):
        metrics = self.proxied(
            """
def attempt(f, *a):
    try: f(*a)
    except Exception as e: return [type(e).__name__, str(e)]
    return "went through"
seen = module.count_nan(np.array([1.0, np.nan]), float("inf"))
print(json.dumps({"seen": seen, "scalar": attempt(module.nan)}))""",
            "import numpy as np\ndef count_nan(a, b): return int(np.isnan(a).sum()) + (b == float('inf'))\ndef nan(): return float('nan')\n",
        )
        self.assertEqual(metrics, {"seen": 2, "scalar": ["ProtocolError", "the candidate gave a number that is not finite"]})

    def test_large_array(self):
        self.both("a = np.arange(2_000_000.0).reshape(-1, 20)\nprint(json.dumps({'sum': float(module.f(a).sum())}))", "def f(a): return a * 3")

    def test_objects_with_array_become_arrays_where_one_is_needed(self):
        self.both(
            "print(json.dumps({'mean': float(np.asarray(module.series()).mean())}))",
            "import numpy\nclass Series:\n    def __array__(self, dtype=None): return numpy.array([1.0, 4.0])\nseries = Series\n",
        )


class Errors(Proxied):
    def test_exceptions_have_type_message_and_traceback(self):
        metrics = self.proxied(
            """
import traceback
r = {}
try: module.f(0)
except ZeroDivisionError as e: r["text"], r["kind"] = "".join(traceback.format_exception(e)), str(e)
try: module.g()
except KeyError as e: r["key"] = type(e).__name__
try: module.h()
except Exception as e: r["own"] = e.remote_type
try: module.leave()
except Exception as e: r["leave"] = e.remote_type
print(json.dumps(r))""",
            "class Mine(Exception): pass\ndef f(x): return 1 / x\ndef g(): return {}[1]\ndef h(): raise Mine('x')\ndef leave(): raise SystemExit(0)\n",
        )
        self.assertEqual(metrics["kind"], "division by zero")
        self.assertIn("def f(x): return 1 / x", metrics["text"])
        self.assertEqual((metrics["key"], metrics["own"], metrics["leave"]), ("CandidateKeyError", "Mine", "SystemExit"))

    def test_error_at_import_shows_the_candidates_traceback(self):
        done = self.evaluate_source(LOAD + "print(json.dumps({'score': 1}))", "x = 1\nraise ValueError('no luck')\n")
        self.assertNotEqual(done.status, 0)
        self.assertEqual(done.out, "")
        self.assertIn("raise ValueError('no luck')", done.err)

    def test_candidate_that_dies(self):
        for experiment in ("import os\ndef f(): os._exit(0)\n", "import os, signal\ndef f(): os.kill(os.getpid(), signal.SIGKILL)\n"):
            done = self.evaluate_source(LOAD + "module.f()\nprint(json.dumps({'score': 1}))", experiment)
            self.assertNotEqual(done.status, 0)
            self.assertIn("the candidate's process ended during `call`", done.err)

    def test_judge_objects_are_refused_clearly(self):
        metrics = self.proxied(
            """
r = []
for x in (lambda: 1, object(), sys, open("/dev/null"), {1, 2}):
    try: module.f(x)
    except TypeError as e: r.append(str(e))
print(json.dumps({"r": r, "after": module.f(1)}))""",
            "def f(x): return x",
        )
        self.assertEqual(len(metrics["r"]), 5)
        self.assertIn("a builtins.function of the judge cannot be given to the candidate", metrics["r"][0])
        self.assertEqual(metrics["after"], 1)

    def test_operators_do_not_cross(self):
        metrics = self.proxied(
            """
x = module.Always(); r = []
for f in (lambda: x + 1, lambda: x < 1, lambda: -x, lambda: json.dumps(x), lambda: round(x), lambda: x ** 2):
    try: f(); r.append("went through")
    except TypeError: r.append("refused")
print(json.dumps({"equal": x == 1, "r": r}))""",
            "class Always(float):\n    def __eq__(s, o): return True\n    __lt__ = __add__ = __eq__\nclass Always:\n    def __eq__(s, o): return True\n    __lt__ = __add__ = __neg__ = __pow__ = __eq__\n",
        )
        self.assertEqual(metrics, {"equal": False, "r": ["refused"] * 6})

    def test_pickle_is_refused(self):
        metrics = self.proxied(
            "import pickle\ntry: pickle.dumps(module.M())\nexcept TypeError as e: print(json.dumps({'why': str(e)}))", "class M: pass"
        )
        self.assertIn("cannot be pickled", metrics["why"])

    def test_file_read_in_another_way_fails_loudly(self):
        done = self.evaluate_source(LOAD + "exec(open(path).read())\nprint(json.dumps({'score': 1}))", "x = 1")
        self.assertNotEqual(done.status, 0)
        self.assertIn("cannot be proxied", done.err)

    def test_hook_that_does_not_load_is_noticed(self):
        done = self.evaluate_source("print('{\"score\": 1}')", "x = 1", words=[sys.executable, "-I"])
        self.assertIsNone(done.frame("hello"))

    def test_children_of_the_judge_inherit_nothing(self):
        metrics = self.proxied(
            "import os, subprocess\n"
            "child = subprocess.run([sys.executable, '-c', 'import os; print([k for k in os.environ if k.startswith(\"LEANLAB_\")], len(os.listdir(\"/proc/self/fd\")))'],"
            " capture_output=True, text=True, check=True)\n"
            "print(json.dumps({'child': child.stdout.split('] ')[0], 'fds': int(child.stdout.split()[-1])}))",
            "x = 1",
        )
        self.assertEqual(metrics, {"child": "[", "fds": 4})

    def test_judge_cannot_be_looked_into(self):
        metrics = self.proxied(
            "import ctypes\nprint(json.dumps({'dumpable': ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)}))", "x = 1"
        )
        self.assertEqual(metrics, {"dumpable": 0})


class Estimators(Proxied):
    DATA = """
from sklearn.datasets import make_regression, make_classification
X, y = make_regression(300, 8, noise=5, random_state=0)
"""

    def test_clone_and_cross_validation(self):
        self.both(
            self.DATA
            + """
from sklearn.base import clone
from sklearn.model_selection import cross_val_score, cross_val_predict, GridSearchCV
e = module.build()
c = clone(e)
scores = cross_val_score(e, X, y, cv=4, scoring="neg_mean_squared_error")
grid = GridSearchCV(module.ridge(), {"alpha": [0.1, 1.0, 10.0]}, cv=3, scoring="r2").fit(X, y)
print(json.dumps({"new": c is not e, "params": sorted(e.get_params()) == sorted(c.get_params()), "scores": scores.tolist(),
  "predicted": cross_val_predict(e, X, y, cv=3).sum(), "best": grid.best_params_, "score": cross_val_score(module.ridge(), X, y).tolist()}))""",
            "from sklearn.linear_model import Ridge\nfrom sklearn.pipeline import make_pipeline\nfrom sklearn.preprocessing import StandardScaler\n"
            "def ridge(): return Ridge(alpha=0.3)\ndef build(): return make_pipeline(StandardScaler(), Ridge(alpha=0.7))\n",
        )

    def test_in_a_pipeline_of_the_judges(self):
        self.both(
            self.DATA
            + "from sklearn.pipeline import make_pipeline\nfrom sklearn.preprocessing import StandardScaler\n"
            "p = make_pipeline(StandardScaler(), module.ridge()).fit(X, y)\nprint(json.dumps({'sum': float(p.predict(X).sum())}))",
            "from sklearn.linear_model import Ridge\ndef ridge(): return Ridge()\n",
        )

    def test_score_is_computed_in_the_judge_and_shows_no_answers(self):
        source = (
            "from sklearn.base import BaseEstimator, RegressorMixin\n"
            "class Cheat(RegressorMixin, BaseEstimator):\n"
            "    def fit(self, X, y): self.seen = []; return self\n"
            "    def predict(self, X): return X[:, 0] * 0\n"
            "    def score(self, X, y): self.seen.append(y); return 1.0\n"
        )
        metrics = self.proxied(
            self.DATA + "m = module.Cheat().fit(X, y)\nprint(json.dumps({'score': m.score(X, y), 'seen': m.seen}))", source
        )
        self.assertLess(metrics["score"], 0.1)
        self.assertEqual(metrics["seen"], [])


class HousePrices(Proxied):
    """The evaluator of 0.2.1's example, unmodified, in one process and proxied."""

    EXPERIMENTS = {
        "linear": "from sklearn.linear_model import LinearRegression\ndef build_estimator(): return LinearRegression()\n",
        "boosting": "from sklearn.ensemble import HistGradientBoostingRegressor\n"
        "def build_estimator(): return HistGradientBoostingRegressor(random_state=0)\n",
    }

    def setUp(self) -> None:
        folder = os.environ.get("LEANLAB_TEST_DATA")
        if not folder:
            self.skipTest("LEANLAB_TEST_DATA is not set")
        csv = Path(folder) / "california-housing.csv"
        if not csv.is_file():
            self.skipTest(f"there is no {csv.name} in LEANLAB_TEST_DATA")
        super().setUp()
        self.lab = copy_lab("house-prices", self.folder / "lab")
        self.environment["SCIKIT_LEARN_DATA"] = str(self.folder / "data")
        subprocess.run(
            [sys.executable, "prepare.py", "--csv", str(csv)], cwd=self.lab, env=self.environment, check=True,
            stdout=subprocess.DEVNULL, timeout=120,
        )

    def test_same_numbers_to_the_last_digit(self):
        for name, source in self.EXPERIMENTS.items():
            experiment = self.write(source)
            alone = subprocess.run(
                [sys.executable, "evaluation.py", "--experiment", str(experiment)],
                cwd=self.lab, env=self.environment, capture_output=True, text=True, check=True, timeout=120,
            )
            done = self.evaluate(self.lab / "evaluation.py", experiment)
            self.assertEqual(done.status, 0, done.err)
            want, got = json.loads(alone.stdout), done.metrics
            for metric in ("rmse", "mae", "r2", "overfit_gap"):
                self.assertEqual(got[metric], want[metric], f"{name} {metric}")
            self.assertGreater(done.frame("stats")["bytes_sent"], 1_000_000)



class Reading(JudgeCase):
    def test_the_source_as_text_is_refused_loudly(self):
        for act in ("open(path)", "pathlib.Path(path).read_text()", "os.open(path, os.O_RDONLY)", "ast.parse(io.open(path).read())"):
            done = self.evaluate_source("import ast, io, os, pathlib\n" + LOAD + f"print(json.dumps({{'lines': len(str({act}))}}))", "x = 1")
            self.assertNotEqual(done.status, 0, act)
            self.assertIn("only a stub of it is here", done.err)

    def test_other_files_are_read_as_ever(self):
        done = self.evaluate_source(LOAD + "print(json.dumps({'m': len(open(__file__).read()) > 0 and module.x}))", "x = 1")
        self.assertEqual(done.metrics, {"m": 1}, done.err)


if __name__ == "__main__":
    unittest.main()
