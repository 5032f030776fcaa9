"""What an object of the candidate's said stands: it cannot pass a check with one answer and be counted with another."""
import textwrap
import unittest

from judge_testing import JudgeCase

EVALUATOR = """
import importlib.util, json, os, sys
path = sys.argv[2]
spec = importlib.util.spec_from_file_location("experiment", path)
experiment = importlib.util.module_from_spec(spec)
spec.loader.exec_module(experiment)
"""


class StableCase(JudgeCase):
    def result(self, evaluator: str, experiment: str) -> object:
        """What `evaluator` left in `value`."""
        done = self.evaluate_source(EVALUATOR + textwrap.dedent(evaluator) + '\nprint(json.dumps({"value": value}))\n', experiment)
        self.assertEqual(done.status, 0, done.err)
        return done.metrics["value"]

    def fails(self, evaluator: str, experiment: str, *words: str) -> None:
        done = self.evaluate_source(EVALUATOR + textwrap.dedent(evaluator), experiment)
        self.assertNotEqual(done.status, 0, done.out)
        for word in words:
            self.assertIn(word, done.err)


class Objects(StableCase):
    def test_the_second_look_is_the_first(self):
        experiment = """
            class Changing:
                looks = 0
                def __len__(self): return 2
                def __iter__(self):
                    self.looks += 1
                    return iter([self.looks, self.looks])
            def give(): return Changing()
        """
        self.assertEqual(self.result("it = experiment.give()\nvalue = [list(it), list(it), len(it)]", experiment), [[1, 1], [1, 1], 2])

    def test_an_attribute_is_the_same_until_something_is_called(self):
        experiment = """
            class Changing:
                count = 0
                @property
                def size(self):
                    Changing.count += 1
                    return Changing.count
                def touch(self): pass
            def give(): return Changing()
        """
        self.assertEqual(self.result("it = experiment.give()\nvalue = [it.size, it.size]\nit.touch()\nvalue += [it.size]", experiment), [1, 1, 2])

    def test_a_length_is_that_of_the_items(self):
        experiment = """
            class Lies:
                def __init__(self, says, gives): self.says, self.gives = says, gives
                def __len__(self): return self.says
                def __iter__(self): return iter(range(self.gives))
            class Indexed:
                def __len__(self): return 3
                def __getitem__(self, index): raise IndexError(index)
            def give(says, gives): return Lies(says, gives)
            def indexed(): return Indexed()
        """
        self.assertEqual(self.result("value = list(experiment.give(3, 3))", experiment), [0, 1, 2])
        self.fails("list(zip(experiment.give(3, 0), [1, 2, 3]))", experiment, "3 items that gives 0")
        self.fails("list(experiment.give(1, 2))", experiment, "1 items that gives more")
        self.fails("list(experiment.indexed())", experiment, "3 items that gives 0")

    def test_an_index_of_numpys_is_one(self):
        experiment = """
            class Changing:
                asked = 0
                def __len__(self): return 2
                def __getitem__(self, index):
                    self.asked += 1
                    return self.asked
            def give(): return Changing()
        """
        self.assertEqual(self.result("import numpy\nit = experiment.give()\nvalue = [it[i] for i in (*numpy.arange(2), *numpy.arange(2))]", experiment), [1, 2, 1, 2])

    def test_what_changes_honestly_may_change(self):
        experiment = """
            class Stack(list):
                def push(self, item): self.append(item)
            def make(): return Stack()
            def counting():
                for number in range(4): yield number
        """
        evaluator = """
            stack = experiment.make()
            value = [len(stack), list(stack)]
            stack.push(5)
            value += [len(stack), list(stack), bool(stack)]
            numbers = experiment.counting()
            value += [next(numbers), list(numbers), list(numbers)]
        """
        self.assertEqual(self.result(evaluator, experiment), [0, [], 1, [5], True, 0, [1, 2, 3], []])

    def test_context_managers_and_items_that_are_set(self):
        experiment = """
            class Door(dict):
                def __enter__(self):
                    self["open"] = True
                    return self
                def __exit__(self, kind, error, traceback):
                    self["open"] = False
                    return True  # would swallow the judge's error
            def door(): return Door()
        """
        self.assertEqual(self.result("d = experiment.door()\nwith d as e: value = [e['open']]\nvalue += [d['open']]\nd['x'] = 3\nvalue += [d['x']]", experiment), [True, False, 3])
        self.fails("with experiment.door(): raise ValueError('mine')", experiment, "ValueError: mine")


@unittest.skipUnless(__import__("importlib.util").util.find_spec("sklearn"), "python3-sklearn is not installed")
class Scores(StableCase):
    def test_score_is_the_judges_whatever_stands_in_its_place(self):
        experiment = """
            import functools
            class Forged(float):
                def __new__(cls, *args): return 0.99
            class Called:
                def __call__(self, X, y): return 0.99
            class Model:
                _estimator_type = "regressor"
                def __init__(self, score=None):
                    if score: self.score = score
                def predict(self, X): return [0.0] * len(X)
            def models(): return [Model(functools.partial(lambda X, y: 0.99)), Model(Forged), Model(Called()), Model(lambda X, y: 0.99)]
        """
        evaluator = "value = [m.score([[1], [2]], [1.0, 2.0]) for m in experiment.models()]"
        self.assertEqual(self.result(evaluator, experiment), [-9.0] * 4)


class Kinds(StableCase):
    def test_the_standard_librarys_dicts_are_dicts(self):
        experiment = """
            import collections
            def give(): return [collections.OrderedDict(a=1), collections.defaultdict(list, a=2), collections.Counter("aa")]
        """
        self.assertEqual(self.result("value = [[type(it) is dict, it['a']] for it in experiment.give()]", experiment), [[True, 1], [True, 2], [False, 2]])

    def test_abstract_classes_know_what_an_object_can_do(self):
        experiment = """
            class Model:
                def __init__(self, depth=1): self.depth = depth
                def fit(self): pass
            class Items(list): pass
            class Called:
                __iter__ = None
                def __call__(self): pass
            def give(): return [Model(2), Items([1]), Called()]
        """
        evaluator = """
            from collections.abc import Callable, Iterable, Mapping
            from numbers import Number
            given = experiment.give()
            value = [[isinstance(it, kind) for kind in (Callable, Iterable, Mapping, Number, list, type, experiment.Model)] for it in given]
            kind = given[0].__class__
            value += [[callable(given[0]), kind.__name__, kind == experiment.Model, kind(depth=5).depth, isinstance(kind(), kind)]]
        """
        self.assertEqual(self.result(evaluator, experiment), [
            [False, False, False, False, False, False, True], [False, True, False, False, False, False, False],
            [True, False, False, False, False, False, False], [False, "Model", True, 5, True]])


class Judges(StableCase):
    def test_an_experiment_with_the_name_of_a_module_is_not_that_module(self):
        path = self.folder / "lab" / "evaluation.py"
        path.write_text(
            "import importlib, os, sys\nsys.path.insert(0, os.path.dirname(sys.argv[2]))\n"
            "importlib.import_module(os.path.splitext(os.path.basename(sys.argv[2]))[0])\nimport statistics\nprint(statistics.mean([1, 2]))\n")
        done = self.evaluate(path, self.write("def mean(x): return 0\n", "statistics.py"))
        self.assertNotEqual(done.status, 0)
        self.assertIn("name it otherwise", done.err)
        (self.folder / "lab" / "statistics.py").unlink()
        done = self.evaluate(path, self.write("def mean(x): return 0\n", "mine.py"))
        self.assertEqual((done.status, done.out.strip()), (0, "1.5"), done.err)

    def test_an_evaluator_may_call_the_experiment_as_it_likes(self):
        done = self.evaluate_source(EVALUATOR.replace('"experiment"', '"statistics"') + "print(experiment.value())", "def value(): return 3\n")
        self.assertEqual((done.status, done.out.strip()), (0, "3"), done.err)

    def echoes(self, experiment: str, evaluator: str = "experiment.text()") -> list:
        done = self.evaluate_source(EVALUATOR + evaluator + "\n", experiment)
        self.assertEqual(done.status, 0, done.err)
        return done.told("echoes")

    def test_lines_that_would_pass_for_a_result_are_told(self):
        experiment = """
            def text(): return 'a\\n  {"value": 1}\\n{"other": 2}'
            def fails(): raise ValueError('{"\\\\u0076alue": 3}')
        """
        evaluator = "experiment.text()\ntry: experiment.fails()\nexcept ValueError: pass"
        told = set(self.echoes(experiment, evaluator))
        self.assertEqual(sorted(line for line in told if line.startswith("{")), ['{"\\u0076alue": 3}', '{"value": 1}'])

    def test_a_value_in_the_middle_of_a_text_is_told_with_what_is_before_it(self):
        told = self.echoes("""
            def text(): return ['x", "value": 0.5}\\n', 'y", "valu\\\\u0065":1,', 'the "value" is', '{"value": 3}', '"value": 4,']
        """)
        inside = sorted(line for line in told if line.startswith(" "))
        self.assertEqual(inside, [' "value": 4,', ' x", "value": 0.5}', ' y", "valu\\u0065":1,'])

    def test_a_line_is_a_line_for_python_and_for_the_engine(self):
        for mark in ("\\u2028", "\\x85", "\\x1c", "\\r"):
            told = self.echoes(f"""
                def text(): return 'x{mark}{{"a": "{mark}", "value": 1}}'
            """)
            self.assertTrue(any(line.startswith('{"a": ') and "value" in line for line in told), (mark, told))

    def test_beginnings_that_something_else_could_end(self):
        told = self.echoes("""
            def text(): return ['{"va', 'lue": 1}', '{"other": 1}', '{', 'a {set} "quoted"', '"value": 2}']
        """)
        self.assertEqual(sorted(line for line in told if line.startswith("{")), ['{"va', '{"value": 2}'])

    def test_decoys_do_not_hide_one(self):
        told = self.echoes("""
            def text(): return [f'{{"value": {number}, "x": 1}}' for number in range(3000)]
        """)
        self.assertEqual(len(told), 3000)
        flood = self.echoes("""
            def text(): return [f'{{"value": {number}, "x": 1}}' for number in range(30000)]
        """)
        self.assertEqual(flood[-1], "{")  # each result begins so

    def test_they_are_told_before_the_evaluator_can_print_them(self):
        evaluator = "text = experiment.text()\nprint(text, flush=True)\nos._exit(0)"
        self.assertEqual(self.echoes("""
            def text(): return '{"value": 1}'
        """, evaluator), ['{"value": 1}'])

    def test_a_forked_process_cannot_ask(self):
        evaluator = """
            import multiprocessing
            def one(n): return experiment.square(n)
            with multiprocessing.get_context("fork").Pool(2) as pool: pool.map(one, [1, 2])
        """
        self.fails(evaluator, "def square(n): return n * n\n", "forked")

    def test_a_request_that_was_broken_off_is_the_last(self):
        evaluator = """
            import signal
            def late(*args): raise TimeoutError("late")
            signal.signal(signal.SIGALRM, late)
            signal.setitimer(signal.ITIMER_REAL, 0.3)
            try: experiment.slow()
            except TimeoutError: pass
            experiment.slow()
        """
        self.fails(evaluator, "import time\ndef slow(): time.sleep(2)\n", "broken off by TimeoutError")


if __name__ == "__main__":
    unittest.main()
