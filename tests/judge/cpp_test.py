"""The protocol's C++ side, leanlab_judge.h: what crosses, and that a hostile candidate only ends its own evaluation."""
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HEADERS = Path(__file__).resolve().parents[2] / "cpp"

PROGRAM = r"""
#include <iomanip>  // its std::quoted is near by
#include <leanlab_judge.h>
using leanlab::Value;
int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  if (mode == "worker")
    return leanlab::serve({
        {"twice", [](const std::vector<Value>& values) { auto v = values.at(0).floats(); for (float& x : v) x *= 2; return Value::of(v); }},
        {"echo", [](const std::vector<Value>& values) { return values.at(0); }},
        {"fails", [](const std::vector<Value>&) -> Value { throw std::runtime_error("no \"luck\"\n\x01"); }},
        {"nan", [](const std::vector<Value>&) { return Value::of(std::vector<double>{1, 0.0 / 0.0}); }},
        {"ends", [](const std::vector<Value>&) -> Value { _exit(9); }}});
  try {
    leanlab::Judge judge(std::vector<std::string>(argv + 2, argv + argc));
    if (mode == "echo") {
      std::vector<Value> items{Value(true), Value(-7), Value(0.1), Value("a\"\\\n\xc3\xa9"), Value(std::vector<Value>{Value()}), Value::of(std::vector<double>{1.5, -2})};
      const Value back = judge.call("echo", {Value(items)});
      const auto& list = back.list();
      const bool same = list.size() == 6 && list[0].boolean() && list[1].integer() == -7 && list[2].number() == 0.1 &&
                        list[3].text() == "a\"\\\n\xc3\xa9" && list[4].list().size() == 1 && list[5].doubles() == std::vector<double>{1.5, -2};
      judge.report({{"same", same ? 1.0 : 0.0}});
    } else {
      const auto doubled = judge.call(mode, {Value::of(std::vector<float>{1, 2.5f})}).floats();
      judge.report({{"score", doubled.at(1)}, {"many", double(judge.call("twice", {Value::of(std::vector<float>(3000000, 1))}).floats().size())}});
    }
    return 0;
  } catch (const leanlab::CandidateError& error) {
    std::printf("candidate: %s\n", error.what());
  } catch (const leanlab::ProtocolError& error) {
    std::printf("protocol: %s\n", error.what());
  }
  return 1;
}
"""

# A worker that answers hello, load and get as it should, and the call with the bytes of its argument.
HOSTILE = r"""
import json, os, struct, sys
def frame(header, body=b""):
    return b"LLJ1" + struct.pack("<IQ", len(header), len(body)) + header + body
def take(size):
    data = b""
    while len(data) < size:
        more = os.read(3, size - len(data))
        if not more: sys.exit(0)
        data += more
    return data
def put(data):
    while data: data = data[os.write(4, data):]
answers = {"hello": {"$": "dict", "v": [["version", 1]]}, "load": {"$": "ref", "id": 1, "kind": "module", "name": "m"}, "get": {"$": "ref", "id": 2, "kind": "function", "name": "f"}}
while True:
    magic, header, body = struct.unpack("<4sIQ", take(16))
    request = json.loads(take(header))
    take(body)
    if request["op"] in answers:
        put(frame(json.dumps({"id": request["id"], "value": answers[request["op"]], "arrays": []}).encode()))
    else:
        reply = eval(sys.argv[1])
        put(reply(request["id"]))
"""


@unittest.skipUnless(shutil.which("g++"), "g++ is not installed")
class CppSide(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="leanlab-cpp-")
        cls.addClassCleanup(cls.folder.cleanup)
        source = Path(cls.folder.name) / "program.cc"
        source.write_text(PROGRAM)
        cls.program = str(source.with_suffix(""))
        subprocess.run(["g++", "-std=c++17", "-Wall", "-Wextra", "-Werror", "-O1", "-I", HEADERS, source, "-o", cls.program], check=True)

    def judge(self, mode: str, *worker, code=0) -> str:
        words = worker or (self.program, "worker")
        done = subprocess.run([self.program, mode, *words], capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def hostile(self, reply: str) -> str:
        script = Path(self.folder.name) / "hostile.py"
        script.write_text(HOSTILE)
        return self.judge("twice", sys.executable, str(script), reply, code=1)

    def test_values_cross_unchanged(self):
        self.assertEqual(json.loads(self.judge("echo")), {"same": 1})

    def test_arrays_cross(self):
        self.assertEqual(json.loads(self.judge("twice")), {"score": 5, "many": 3_000_000})

    def test_what_the_candidate_raises_is_its_words(self):
        self.assertIn('candidate: no "luck"', self.judge("fails", code=1))
        self.assertIn("candidate: the experiment has no missing", self.judge("missing", code=1))

    def test_numbers_that_are_not_finite_are_refused(self):
        self.assertIn("protocol: the candidate gave a number that is not finite", self.judge("nan", code=1))
        self.assertIn("not finite", self.hostile("""lambda i: frame(b'{"id":%d,"value":{"$":"float","v":"nan"},"arrays":[]}' % i)"""))
        self.assertIn("not finite", self.hostile("""lambda i: frame(b'{"id":%d,"value":1e999,"arrays":[]}' % i)"""))

    def test_a_candidate_that_ends_is_told(self):
        self.assertIn("protocol: the candidate's process ended", self.judge("ends", code=1))

    def test_hostile_answers_are_refused(self):
        array = '{"dtype":"<f4","shape":%s,"order":"C","offset":%s,"bytes":%s}'
        cases = {
            "no frame": "lambda i: b'x' * 64",
            "too large a header": "lambda i: b'LLJ1' + struct.pack('<IQ', 1 << 30, 0)",
            "too large a body": "lambda i: b'LLJ1' + struct.pack('<IQ', 2, 1 << 40) + b'{}'",
            "another number": """lambda i: frame(b'{"id":%d,"value":1,"arrays":[]}' % (i + 1))""",
            "no value": """lambda i: frame(b'{"id":%d}' % i)""",
            "no JSON": "lambda i: frame(b'[1')",
            "deep": """lambda i: frame(b'{"id":%d,"value":' % i + b'[' * 100000 + b']' * 100000 + b',"arrays":[]}')""",
            "a control character": "lambda i: frame(b'{\"id\":%d,\"value\":\"\\x01\",\"arrays\":[]}' % i)",
            "an array outside": """lambda i: frame(b'{"id":%d,"value":{"$":"array","i":3},"arrays":[]}' % i)""",
            "another kind": """lambda i: frame(b'{"id":%d,"value":"text","arrays":[]}' % i)""",
            "an unknown kind": """lambda i: frame(b'{"id":%d,"value":{"$":"code"},"arrays":[]}' % i)""",
        }
        for number in ("+1", "01", "1.", ".5", "1e", "--1", "1\\0", "1e999"):
            cases[f"the number {number}"] = f"""lambda i: frame(b'{{"id":%d,"value":{number},"arrays":[]}}' % i)"""
        cases["a special float that is none"] = """lambda i: frame(b'{"id":%d,"value":{"$":"float","v":"1"},"arrays":[]}' % i)"""
        for name, (shape, offset, size) in {"a shape that lies": ("[4]", 0, 8), "a negative extent": ("[-1]", 0, 8), "a body that is missing": ("[1000]", 0, 4000),
                                            "an overflow": ("[4611686018427387904,4]", 0, 0), "an odd offset": ("[2]", 4, 8)}.items():
            text = array % (shape, offset, size)
            cases[name] = f"""lambda i: frame(b'{{"id":%d,"value":{{"$":"array","i":0}},"arrays":[{text}]}}' % i, b'0' * 64)"""
        for name, reply in cases.items():
            with self.subTest(name):
                self.assertTrue(self.hostile(reply).startswith("protocol: "), name)

    def test_a_worker_whose_judge_breaks_off_ends_with_a_status(self):
        for words in (b"no frame of the protocol", b"LLJ1", b"LLJ1" + struct.pack("<IQ", 9, 0) + b'{"id":[]}'):
            done = subprocess.run(["sh", "-c", 'exec 3<&0 4>&1; exec "$0" worker', self.program], input=words, capture_output=True, timeout=120)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(b"the worker ends: ", done.stderr)

    def test_half_a_pair_of_surrogates_swallows_nothing(self):
        self.assertIn("candidate: \ufffdA", self.hostile(r"""lambda i: frame(b'{"id":%d,"error":{"message":"\\ud83d\\u0041"}}' % i)"""))

    def test_an_answer_before_the_question_is_refused(self):
        self.assertIn("protocol: ", self.hostile("""lambda i: frame(b'{"id":%d,"value":1,"arrays":[]}' % i) * 2"""))


if __name__ == "__main__":
    unittest.main()
