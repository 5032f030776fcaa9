"""Each lint can fail: what it must find, and what it must leave alone."""
import shutil
import tempfile
import unittest
from pathlib import Path

import banned_calls
import crash_points
import file_size
import format
import layering
import machine_paths
import registered_tests
import sources


class Tokens(unittest.TestCase):
    def test_tokens_leave_out_comments_and_keep_lines(self):
        text = 'a /* b\n c */ d // e\n"s\\"t" R"x(raw " )" )x" \'"\' 1\'000 f'
        got = [(token.text, token.line) for token in sources.tokens(text)]
        expected = [("a", 1), ("d", 2), ('"s\\"t"', 3), ('R"x(raw " )" )x"', 3), ("'\"'", 3), ("1'000", 3), ("f", 3)]
        self.assertEqual(got, expected)


class BannedCalls(unittest.TestCase):
    def found(self, code):
        return banned_calls.findings_in(code, "x.cc")

    def test_banned_calls_are_found(self):
        for code in (
            "int fd = open(path, 0);",
            "auto fd = ::open(path, 0);",
            "return ::open(path, 0);",
            "if (fork() == 0) {}",
            "std::system(command);",
            "fs::remove_all(folder);",
            "std::filesystem::remove_all(folder);",
            "std::this_thread::sleep_for(x);",
            "{ sleep(1); }",
            "return kill(pid, 9);",
            "f(waitpid(pid, nullptr, 0));",
        ):
            self.assertEqual(len(self.found(code)), 1, code)

    def test_banned_calls_spare_what_is_not_a_raw_call(self):
        for code in (
            "// open(path)",
            'log("please open(this)");',
            "stream.open(path);",
            "file->open(path);",
            "auto ledger = Ledger::open(folder);",
            "static Result<Ledger> open(const Path& folder);",
            "int open(int x);",
            "bool open = true;",
            "reopen(path);",
        ):
            self.assertEqual(self.found(code), [], code)


class RegisteredTests(unittest.TestCase):
    def test_a_file_that_nobody_runs_is_found(self):
        listing = "leanlab_e2e(one_test.py TIMEOUT 9)\nleanlab_test(x SOURCES two_test.cc\n  three_test.cc)\n"
        self.assertEqual(registered_tests.missing(["one_test.py", "two_test.cc", "three_test.cc", "ne_test.py"], listing), ["ne_test.py"])


class Layering(unittest.TestCase):
    LAYERS = layering.parse_layers("base base: \nstore store: base\nhttp agent/http: base\nagent agent: base http\n")

    def check(self, path, text):
        return layering.check_file(path, text, self.LAYERS)

    def test_layering_allows_downward_includes(self):
        self.assertEqual(self.check("src/store/x.cc", '#include "store/x.h"\n#include "base/fd.h"\n#include <sqlite3.h>'), [])
        self.assertEqual(self.check("src/agent/a.cc", '#include "agent/http/client.h"'), [])

    def test_layering_finds_an_include_that_deps_does_not_allow(self):
        self.assertIn("'store' is not in its DEPS", self.check("src/base/x.cc", '\n#include "store/x.h"')[0])
        self.assertEqual(len(self.check("src/agent/http/x.cc", '#include "agent/agent.h"')), 1)

    def test_layering_finds_a_header_outside_its_owner(self):
        self.assertEqual(len(self.check("src/agent/x.cc", "#include <sqlite3.h>")), 1)
        self.assertEqual(len(self.check("src/store/x.cc", "#include <boost/beast/core.hpp>")), 1)
        self.assertEqual(len(self.check("src/base/json.h", "#include <nlohmann/json.hpp>")), 1)
        self.assertEqual(self.check("src/base/json.cc", "#include <nlohmann/json.hpp>"), [])

    def test_layering_keeps_a_precompiled_header_out_of_files(self):
        self.assertEqual(self.check("src/base/json_instance.h", "#include <nlohmann/json.hpp>"), [])
        self.assertEqual(len(self.check("src/base/json.cc", '#include "base/json_instance.h"')), 1)

    def test_layering_finds_a_cycle(self):
        self.assertIsNone(layering.find_cycle(self.LAYERS.deps))
        self.assertEqual(layering.find_cycle({"a": {"b"}, "b": {"c"}, "c": {"b"}}), ["b", "c", "b"])

    def test_layering_finds_a_file_of_no_library(self):
        self.assertEqual(len(self.check("src/stray/x.cc", "")), 1)


class FileSize(unittest.TestCase):
    def test_file_size_finds_a_long_file(self):
        self.assertEqual(file_size.check_text("x.cc", "\n" * 400), [])
        self.assertEqual(len(file_size.check_text("x.cc", "\n" * 401)), 1)

    def test_file_size_finds_a_long_function(self):
        body = "  f();\n" * 58
        shell = "namespace n {{\nclass C {{\n {head} {{\n{body} }}\n}};\n}}\n"
        for head in ("void g()", "C() : a_{1}, b_(2)", "static int f(int x = 3) const", "auto h() -> int"):
            short = shell.format(head=head, body=body)
            long = shell.format(head=head, body=body + "  f();\n")
            self.assertEqual(file_size.check_text("x.cc", short), [], head)
            self.assertEqual(len(file_size.check_text("x.cc", long)), 1, head)

    def test_file_size_spares_tables(self):
        table = "const std::vector<Row> rows = {\n" + "  {f(1), 2},\n" * 80 + "};\n"
        self.assertEqual(file_size.check_text("x.cc", table), [])

    def test_file_size_finds_a_long_python_function(self):
        self.assertEqual(len(file_size.check_text("x.py", "def f():\n" + "    g()\n" * 60)), 1)


class CrashPoints(unittest.TestCase):
    def test_crash_points_are_read_from_code_and_page(self):
        code = 'crash_point("a.b");\n// crash_point("no");\nvoid crash_point(const char* name);\n  crash_point("c");'
        self.assertEqual(list(crash_points.names_in_code(code)), [(1, "a.b"), (4, "c")])
        self.assertEqual(crash_points.names_in_page("| name | when |\n|---|---|\n| `a.b` | x `y` |\n"), ["a.b"])

    def test_crash_points_differences_are_found(self):
        self.assertEqual(crash_points.compare({"a": "x.cc:1"}, ["a"]), [])
        self.assertEqual(len(crash_points.compare({"a": "x.cc:1"}, [])), 1)
        self.assertEqual(len(crash_points.compare({}, ["a"])), 1)
        self.assertEqual(len(crash_points.compare({"a": "x.cc:1"}, ["a", "a"])), 1)


class MachinePaths(unittest.TestCase):
    def test_machine_paths_are_found(self):
        for line in ("cd /wo" + "rk/main", '"/tmp/w' + 't/x"', "../sha" + "red/data"):
            self.assertEqual(len(machine_paths.findings_in("docs/x.md", line)), 1, line)
        self.assertEqual(machine_paths.findings_in("test", "../sha" + "red/data"), [])

    def test_machine_paths_spare_ordinary_text(self):
        for line in ("see frame/work/x", "/usr/bin", "network/", "https://example.org/a/work/b"[:19]):
            self.assertEqual(machine_paths.findings_in("docs/x.md", line), [], line)


@unittest.skipIf(shutil.which(format.TOOL) is None, f"{format.TOOL} is not installed")
class Format(unittest.TestCase):
    def test_format_finds_an_unformatted_file(self):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / ".clang-format").write_text("BasedOnStyle: Google\n")
            (root / "good.cc").write_text("int x = 1;\n")
            (root / "bad.cc").write_text("int y = 1;\nint   x=1;\n")
            files = [Path("good.cc"), Path("bad.cc")]
            self.assertEqual(format.check(root, files), ["bad.cc:2: not formatted; run clang-format-19 -i bad.cc"])


if __name__ == "__main__":
    unittest.main()
