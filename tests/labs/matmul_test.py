"""The matmul lab: an honest experiment scores, a wrong or misbehaving one gets a reason and no score."""
import unittest

from lab_testing import LabCase

SIGNATURE = 'extern "C" void matmul(int m, int n, int k, const float* a, const float* b, float* c)'
PLAIN = """
static void product(int m, int n, int k, const float* a, const float* b, float* c) {
  for (int i = 0; i < m * n; ++i) c[i] = 0;
  for (int i = 0; i < m; ++i)
    for (int p = 0; p < k; ++p)
      for (int j = 0; j < n; ++j) c[i * n + j] += a[i * k + p] * b[p * n + j];
}
"""


class MatmulCase(LabCase):
    lab_name = "matmul"

    def experiment(self, body: str, before: str = "", flags: str = "-O2") -> str:
        """An experiment whose matmul() is `body`; product() in it is right."""
        source = f"// an experiment of the tests\n// flags: {flags}\n{PLAIN}\n{before}\n{SIGNATURE} {{\n{body}\n}}\n"
        return self.write(source, "experiment.cc")


class MatmulScores(MatmulCase):
    def test_sample_scores(self):
        metrics = self.score("experiments/sample.cc")
        self.assertEqual(next(iter(metrics)), "gflops")
        for name in ("gflops_min", "gflops_128", "gflops_256", "gflops_384", "gflops_hidden", "spread", "cpu_wall", "compile_secs"):
            self.assertIn(name, metrics)
        self.assertGreater(metrics["gflops"], 0)
        self.assertGreaterEqual(metrics["gflops"], metrics["gflops_min"])
        self.assertLess(metrics["max_error"], 1e-5)

    def test_absolute_path_and_second_evaluation_score(self):
        self.score("experiments/sample.cc")
        self.score(str(self.lab / "experiments" / "sample.cc"))

    def test_nothing_is_left_in_the_lab_or_the_temporary_folder(self):
        before = sorted(self.lab.rglob("*"))
        self.score("experiments/sample.cc")
        self.assertEqual(sorted(self.lab.rglob("*")), before)
        self.assertEqual([path.name for path in self.scratch.glob("matmul.*")], [])

    def test_judge_is_built_once(self):
        cache = self.scratch / "cache"
        self.environment["LEANLAB_CACHE_DIR"] = str(cache)
        self.score("experiments/sample.cc")
        (built,) = cache.glob("matmul/*/judge")
        made = built.stat().st_mtime_ns
        self.score("experiments/sample.cc")
        self.assertEqual([path.stat().st_mtime_ns for path in cache.glob("matmul/*/judge")], [made])

    def test_cache_that_others_could_write_is_not_used(self):
        cache = self.scratch / "cache"
        (cache / "matmul").mkdir(parents=True)
        (cache / "matmul").chmod(0o777)
        self.environment["LEANLAB_CACHE_DIR"] = str(cache)
        self.score("experiments/sample.cc")
        self.assertEqual(list((cache / "matmul").iterdir()), [])

    def test_threads_are_seen_and_their_time_counts(self):
        spinner = """
#include <pthread.h>
static void* spin(void*) { for (;;) asm volatile(""); }
__attribute__((constructor)) static void start() { pthread_t t; pthread_create(&t, nullptr, spin, nullptr); }
"""
        metrics = self.score(self.experiment("product(m, n, k, a, b, c);", spinner))
        self.assertGreater(metrics["cpu_wall"], 0.5)
        alone = self.score(self.experiment("product(m, n, k, a, b, c);"))
        self.assertLess(alone["cpu_wall"], 1.05)

    def test_fast_math_counts_as_equal(self):
        self.score(self.experiment("product(m, n, k, a, b, c);", flags="-Ofast -march=native"))


class MatmulWrongProducts(MatmulCase):
    def test_one_wrong_entry(self):
        self.refused(self.experiment("product(m, n, k, a, b, c); c[m * n / 2] += 0.5f;"), "is wrong", "more than rounding")

    def test_transposed_product(self):
        body = "product(m, n, k, a, b, c); if (m == n) for (int i = 0; i < m; ++i) for (int j = 0; j < i; ++j) { float t = c[i * n + j]; c[i * n + j] = c[j * n + i]; c[j * n + i] = t; }"
        self.refused(self.experiment(body), "is wrong", "more than rounding")

    def test_right_only_for_the_named_sizes(self):
        body = "if (m % 128 == 0 && n % 128 == 0 && k % 128 == 0) product(m, n, k, a, b, c);"
        self.refused(self.experiment(body), "is wrong", "not a number (or never written)")

    def test_right_only_for_small_and_named_sizes(self):
        body = "if (m * n < 5000 || m % 128 == 0) product(m, n, k, a, b, c); else for (int i = 0; i < m * n; ++i) c[i] = 1;"
        self.assertNotIn("251", self.refused(self.experiment(body), "a hidden size is wrong"))

    def test_all_nan(self):
        self.refused(self.experiment("for (int i = 0; i < m * n; ++i) c[i] = __builtin_nanf(\"\");"), "not a number")

    def test_nothing_written(self):
        self.refused(self.experiment("(void)a; (void)b; (void)c;"), "not a number (or never written)")

    def test_cached_output(self):
        before = """
#include <stdlib.h>
#include <string.h>
struct Kept { int m, n, k; float* c; };
static Kept kept[64];
"""
        body = """
  for (Kept& x : kept) {
    if (x.c && x.m == m && x.n == n && x.k == k) { memcpy(c, x.c, sizeof(float) * m * n); return; }
    if (!x.c) {
      product(m, n, k, a, b, c);
      x = {m, n, k, static_cast<float*>(malloc(sizeof(float) * m * n))};
      memcpy(x.c, c, sizeof(float) * m * n);
      return;
    }
  }
"""
        self.refused(self.experiment(body, before), "is wrong", "more than rounding")

    def test_half_precision(self):
        body = """
  static float lo_a[1 << 20], lo_b[1 << 20];
  auto cut = [](float x) { unsigned u; __builtin_memcpy(&u, &x, 4); u = (u + 0x1000) & ~0x1fffu; __builtin_memcpy(&x, &u, 4); return x; };
  for (int i = 0; i < m * k; ++i) lo_a[i] = cut(a[i]);
  for (int i = 0; i < k * n; ++i) lo_b[i] = cut(b[i]);
  product(m, n, k, lo_a, lo_b, c);
"""
        self.refused(self.experiment(body), "more than rounding")

    def test_changed_inputs(self):
        body = "for (int i = 0; i < m * k; ++i) const_cast<float*>(a)[i] = 0; for (int i = 0; i < m * n; ++i) c[i] = 0;"
        self.refused(self.experiment(body), "changed its inputs")

    def test_writes_just_outside_of_c(self):
        self.refused(self.experiment("product(m, n, k, a, b, c); c[m * n] = 1;"), "wrote outside of c")
        self.refused(self.experiment("product(m, n, k, a, b, c); c[-1] = 1;"), "wrote outside of c")


class MatmulMisbehaviour(MatmulCase):
    def test_missing_file_fails_fast_and_names_it(self):
        cache = self.scratch / "cache"
        self.environment["LEANLAB_CACHE_DIR"] = str(cache)
        text = self.refused("experiments/not-there.cc", "experiments/not-there.cc: no such file")
        self.assertNotIn("--experiment", text)
        self.assertFalse(cache.exists(), "it built the judge first")

    def test_crash(self):
        self.refused(self.experiment("*(volatile int*)0 = m;"), "crashed (Segmentation fault)", "while it computed")

    def test_far_out_of_bounds(self):
        self.refused(self.experiment("for (long i = 0;; ++i) c[i] = a[0] + b[0];"), "crashed")

    def test_abort_shows_its_message(self):
        body = 'product(m, n, k, a, b, c); if (m > 100) { fputs("lost my marbles\\n", stderr); abort(); }'
        self.refused(self.experiment(body, "#include <stdio.h>\n#include <stdlib.h>"), "crashed (Aborted)", "lost my marbles")

    def test_hang(self):
        self.refused(self.experiment("volatile int x = 1; while (x) {}"), "took longer than 3 s")

    def test_hang_at_load(self):
        before = "__attribute__((constructor)) static void wait() { volatile int x = 1; while (x) {} }"
        self.refused(self.experiment("product(m, n, k, a, b, c);", before), "took longer than 3 s", "while it was loaded")

    def test_exit_at_load(self):
        before = "#include <stdlib.h>\n__attribute__((constructor)) static void leave() { exit(0); }"
        self.refused(self.experiment("product(m, n, k, a, b, c);", before), "exit status 0", "while it was loaded")

    def test_exit_in_the_call(self):
        body = "product(m, n, k, a, b, c); if (m > 200) _exit(0);"
        self.refused(self.experiment(body, "#include <unistd.h>"), "exit status 0")

    def test_prints_a_score(self):
        body = 'product(m, n, k, a, b, c); puts("{\\"gflops\\": 9999}"); fflush(stdout);'
        self.refused(self.experiment(body, "#include <stdio.h>"), "printed to stdout")

    def test_stops_itself_before_the_work(self):
        self.refused(self.experiment("raise(SIGSTOP); product(m, n, k, a, b, c);", "#include <signal.h>"), "is wrong")

    def test_late_thread_gains_nothing(self):
        before = """
#include <pthread.h>
#include <signal.h>
static volatile int m_, n_, k_, work; static const float *volatile a_, *volatile b_; static float* volatile c_;
static void* later(void*) { for (;;) if (work) { work = 0; product(m_, n_, k_, a_, b_, c_); } }
__attribute__((constructor)) static void start() { pthread_t t; pthread_create(&t, nullptr, later, nullptr); }
"""
        body = "m_ = m, n_ = n, k_ = k, a_ = a, b_ = b, c_ = c; work = 1;"
        self.refused(self.experiment(body, before), "is wrong")

    def test_kernel_is_out_of_reach(self):
        before = """
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>
static void denied(const char* what, long result) {
  if (result >= 0 || (errno != EPERM && errno != ENOSYS)) { fprintf(stderr, "%s went through\\n", what); abort(); }
}
"""
        body = """
  itimerval soon{{0, 1}, {0, 1}};
  denied("open", open("/proc/self/status", O_RDONLY));
  denied("fork", fork());
  denied("clone", syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
  denied("socket", socket(AF_UNIX, SOCK_STREAM, 0));
  denied("kill", kill(getppid(), SIGSTOP));
  denied("setitimer", setitimer(ITIMER_REAL, &soon, nullptr));
  denied("memfd_create", memfd_create("x", 0));
  denied("execve", execl("/bin/true", "true", nullptr));
  product(m, n, k, a, b, c);
"""
        self.score(self.experiment(body, before))


class MatmulCompiling(MatmulCase):
    def test_flag_that_is_not_allowed(self):
        for flag in ("-fplugin=./x.so", "-include/etc/passwd", "@args", "-Wl,-x", "-fno-such-thing", "-x", "-DX=1"):
            self.refused(self.experiment("product(m, n, k, a, b, c);", flags=f"-O2 {flag}"), f"`{flag}` is not allowed")

    def test_two_flags_lines(self):
        self.refused(self.experiment("product(m, n, k, a, b, c);", before="// flags: -O3"), "two lines with `flags:`")

    def test_flags_end_before_the_tune_comment(self):
        self.score(self.experiment("product(m, n, k, a, b, c);", flags="-O2  // tune: {-O2, -O3}"))
        source = self.lab / self.experiment("product(m, n, k, a, b, c);")
        source.write_text(source.read_text().replace("// flags: -O2", "/* flags: -O9 */  // tune: {-O2, -O9}"))
        self.refused("experiments/experiment.cc", "`-O9` is not allowed")

    def test_syntax_error_shows_the_compiler(self):
        self.refused(self.experiment("this is not C++;"), "does not compile", "error:")

    def test_own_main_does_not_link(self):
        self.refused(self.experiment("product(m, n, k, a, b, c);", before="int main() {}"), "does not compile", "main")

    def test_wrong_signature(self):
        path = self.write('extern "C" int matmul(int n) { return n; }\n', "experiment.cc")
        self.refused(path, "does not compile", "matmul")

    def test_folder_and_large_file(self):
        (self.lab / "experiments" / "folder.cc").mkdir()
        self.refused("experiments/folder.cc", "experiments/folder.cc")
        self.refused(self.write("//" + "x" * 300_000, "large.cc"), "larger than 256 KiB")


class MatmulValidator(MatmulCase):
    def test_sample_is_valid(self):
        self.assertEqual(self.verdict("experiments/sample.cc"), "VALID")

    def test_invalid_ones_say_why(self):
        self.assertIn("no such file", self.verdict("experiments/none.cc"))
        self.assertIn("is not allowed", self.verdict(self.experiment("", flags="-O2 -fplugin=x")))
        self.assertIn("does not compile", self.verdict(self.experiment("syntax error")))
        self.assertIn("does not define matmul()", self.verdict(self.write("int x;\n", "empty.cc")))

    def test_valid_does_not_mean_right(self):
        self.assertEqual(self.verdict(self.experiment("c[0] = a[0] + b[0] + m + n + k;")), "VALID")


if __name__ == "__main__":
    unittest.main()
