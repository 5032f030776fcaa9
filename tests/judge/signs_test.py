"""What the record shows of a try that moved nothing, and that honest experiments are shown nothing of."""
import unittest

from judge_testing import JudgeCase

EVALUATOR = """
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("experiment", sys.argv[2])
experiment = importlib.util.module_from_spec(spec)
spec.loader.exec_module(experiment)
"""


# The descriptors of the worker's pipes, as its command line names them.
PIPES = "import os\nPIPES = [int(word) for word in open('/proc/self/cmdline').read().split('\\0') if word.isdigit()]\n"


class Signs(JudgeCase):
    def told(self, experiment: str, evaluator: str = "experiment.give()") -> str:
        """What the worker told on stderr, then the judge's notes."""
        done = self.evaluate_source(EVALUATOR + evaluator + "\n", experiment)
        self.assertEqual(done.status, 0, done.err)
        lines = (self.folder / "candidate.log").read_text().splitlines()
        return "\n".join([line for line in lines if "the experiment tried to" in line] + done.told("note"))

    def test_functions_that_were_replaced(self):
        told = self.told("import builtins, math\nbuiltins.abs = lambda v: 0\nmath.fsum = lambda v: 0\ndef give(): pass\n")
        self.assertIn("replace builtins.abs", told)
        self.assertIn("replace math.fsum", told)

    def test_the_workers_own_functions(self):
        told = self.told("import sys\nsys.modules['leanlab_judge.wire'].Channel.has_input = lambda self: False\ndef give(): pass\n")
        self.assertIn("replace Channel.has_input", told)

    def test_a_descriptor_that_is_nobodys(self):
        told = self.told(PIPES + "for fd in range(3, 64):\n    try: fd in PIPES or os.write(fd, b'{\"value\": 0}')\n    except OSError: pass\ndef give(): pass\n")
        self.assertIn("write to a descriptor that is not its own", told)

    def test_objects_that_would_overload_a_number(self):
        told = self.told("class F(float):\n    def __sub__(self, o): return 0.0\ndef give(): return F(1)\n", "experiment.give() == 1")
        self.assertIn("answer with F, an object with operators of its own", told)
        self.assertIn("was an object (F), which equals no number", told)

    def test_a_text_in_place_of_a_number(self):
        evaluator = "try: float(experiment.give())\nexcept ValueError: pass"
        self.assertIn("gave the text 'nan' in place of a number", self.told("def give(): return 'nan'\n", evaluator))

    def test_answers_that_nobody_asked_for(self):
        experiment = PIPES + "import threading\ndef give(): threading.Timer(0.2, os.write, (PIPES[1], b'LLJ1' + bytes(12))).start()\n"
        self.assertIn("16 bytes that nobody had asked for", self.told(experiment, "experiment.give()\nimport time\ntime.sleep(1)"))

    def test_signals_and_programs_of_others(self):
        told = self.told("import os, signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nopen('x', 'w').close()\nos.chmod('x', 0o4755)\ndef give(): pass\n")
        self.assertIn("outlive SIGTERM", told)
        self.assertIn("make a program that runs as somebody else", told)

    def test_what_looks_for_signs_cannot_be_replaced_quietly(self):
        experiment = """
            import os, leanlab_judge.signs as signs, leanlab_judge.watch as watch
            signs.Signs.look = lambda *words, **more: None
            signs._places = lambda: ()
            watch.PREFIX = watch._MOST = 0
            write = os.write
            os.write = lambda fd, data: len(data) if fd == 2 else write(fd, data)
            def give(): pass
        """
        told = self.told(experiment)
        self.assertIn("replace Signs.look", told)
        self.assertIn("replace os.write", told)

    def test_a_closed_stderr_silences_nobody(self):
        told = self.told("import os\nos.close(2)\nos.open('/dev/null', os.O_WRONLY)\nos.listdir('/root')\ndef give(): pass\n".replace("os.listdir", "os.path.exists"))
        self.assertIn("look at '/root'", told)

    def test_hooks_of_its_own(self):
        self.assertIn("hook into what Python tells", self.told("import sys\nsys.addaudithook(lambda *words: None)\ndef give(): pass\n"))

    def test_files_that_are_only_looked_at_or_linked_to(self):
        told = self.told(
            "import os, pathlib\nhere = pathlib.Path(__file__).resolve()\n(here.parent.parent / 'lab' / 'evaluation.py').exists()\n"
            "os.symlink(str(here.parent.parent / 'lab'), 'link')\ndef give(): pass\n")
        self.assertIn("look at '" + str(self.folder / "lab" / "evaluation.py"), told)
        self.assertIn("make a link to '" + str(self.folder / "lab"), told)
        self.assertNotIn("look at '" + str(self.folder) + "'", told)

    def test_values_and_texts_that_are_named_like_the_score(self):
        told = self.told("def give(): return [{'value': 1}, 'x {\"value\": 0}']\n")
        self.assertIn("a value named 'value', like the score", told)
        self.assertIn("a text that reads like a score", told)
        self.assertEqual(self.told('"""Gives {"value": 0.5}."""\ndef give(): return {"other": 1}\n'), "")

    def test_what_an_evaluator_swallows_is_told(self):
        for experiment, words in (
            ("def give(): raise SystemExit(0)\n", "answered with SystemExit: '0'"),
            ("def give(): return float('nan')\n", "not asked again: the candidate gave a number that is not finite"),
            ("def give(): pass\nraise ValueError('when it is loaded')\n", "answered with ValueError: 'when it is loaded'"),
            ("import os\ndef give(): os._exit(0)\n", "not asked again: the candidate's process ended during `call`"),
            ("def give():\n    it = []\n    it.append(it)\n    return it\n", "answered with NotPlainError"),
        ):
            swallowing = "import importlib.util, sys\ntry:\n    spec = importlib.util.spec_from_file_location('experiment', sys.argv[2])\n" \
                "    experiment = importlib.util.module_from_spec(spec)\n    spec.loader.exec_module(experiment)\n    experiment.give()\nexcept Exception: pass\n"
            done = self.evaluate_source(swallowing, experiment)
            self.assertEqual(done.status, 0, done.err)
            self.assertIn(words, "\n".join(done.told("note")))
        self.assertEqual(self.told("def give(): raise ValueError('no')\n", "try: experiment.give()\nexcept ValueError: pass"), "")

    def test_speaking_in_the_judges_place(self):
        experiment = """
            import sys
            frame = sys._getframe()
            while frame:
                for value in list(frame.f_locals.values()):
                    if type(value).__name__ == "Worker":
                        try:
                            value._reply = None
                        except AttributeError:
                            pass
                frame = frame.f_back
            try:
                from leanlab_judge import report
                report(value=0)
            except Exception:
                pass
            def give(): return 3
        """
        self.assertIn("speak to the engine in its judge's place", self.told(experiment, "assert experiment.give() == 3"))

    def test_honest_experiments_are_shown_nothing_of(self):
        experiment = """
            import collections, dataclasses, enum, signal, threading, warnings
            warnings.showwarning = lambda *words: None
            signal.signal(signal.SIGALRM, lambda *words: None)
            Pair = collections.namedtuple("Pair", "a b")
            @dataclasses.dataclass(order=True)
            class Point:
                x: int = 1
            class Names(list):
                def longest(self): return max(self, key=len)
            class Vector:
                def __init__(self, x): self.x = x
                def __sub__(self, other): return Vector(self.x - other.x)
            def give():
                thread = threading.Thread(target=print)
                thread.start()
                thread.join()
                return [Pair(1, 2), Point(), Names(["a"]), Vector(2), "nano", "infinitely", "nan", 1.5, '{"json": "text"}']
        """
        evaluator = "given = experiment.give()\nassert given[0].a == 1 and given[1].x == 1 and given[6] == 'nan' and given[4] == 'nano'\nassert given[1] != 'drop'"
        self.assertEqual(self.told(experiment, evaluator), "")


if __name__ == "__main__":
    unittest.main()
