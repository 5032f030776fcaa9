// experiment: the allow-list of compiler flags, and running the compiler.
#include "experiment.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "alarm.h"
#include "failure.h"

namespace {

constexpr off_t k_max_source_bytes = 256 << 10;
constexpr int k_compile_seconds = 15;
constexpr size_t k_max_message_lines = 12;

// A flag may change how code is generated, and nothing else: no plug-ins, no other files, no other linker.
constexpr const char* k_exact_flags[] = {"-O0",
                                         "-O1",
                                         "-O2",
                                         "-O3",
                                         "-Os",
                                         "-Ofast",
                                         "-march=native",
                                         "-march=x86-64-v2",
                                         "-march=x86-64-v3",
                                         "-march=x86-64-v4",
                                         "-mtune=native",
                                         "-mavx2",
                                         "-mfma",
                                         "-mavx512f",
                                         "-mprefer-vector-width=128",
                                         "-mprefer-vector-width=256",
                                         "-mprefer-vector-width=512",
                                         "-ffp-contract=fast",
                                         "-ffp-contract=off",
                                         "-fvect-cost-model=unlimited",
                                         "-fvect-cost-model=dynamic",
                                         "-fvect-cost-model=cheap",
                                         "-fvect-cost-model=very-cheap"};
// These may also be switched off: -fno-NAME.
constexpr const char* k_switches[] = {"unroll-loops",
                                      "unroll-all-loops",
                                      "peel-loops",
                                      "tree-vectorize",
                                      "fast-math",
                                      "associative-math",
                                      "reciprocal-math",
                                      "signed-zeros",
                                      "trapping-math",
                                      "math-errno",
                                      "finite-math-only",
                                      "unsafe-math-optimizations",
                                      "strict-aliasing",
                                      "omit-frame-pointer",
                                      "tree-slp-vectorize",
                                      "tree-loop-vectorize",
                                      "prefetch-loop-arrays",
                                      "ivopts",
                                      "split-loops",
                                      "unswitch-loops",
                                      "schedule-insns",
                                      "schedule-insns2",
                                      "gcse",
                                      "rename-registers",
                                      "modulo-sched",
                                      "inline-functions"};

bool is_allowed(const std::string& flag) {
  for (const char* known : k_exact_flags)
    if (flag == known) return true;
  if (flag.rfind("-f", 0) != 0) return false;
  std::string name = flag.substr(flag.rfind("-fno-", 0) == 0 ? 5 : 2);
  for (const char* known : k_switches)
    if (name == known) return true;
  return false;
}

std::string read_file(const std::string& path, off_t limit) {
  FILE* file = fopen(path.c_str(), "rb");
  if (!file) throw Failure{path + ": " + strerror(errno)};
  std::string text(static_cast<size_t>(limit), '\0');
  text.resize(fread(text.data(), 1, text.size(), file));
  fclose(file);
  return text;
}

std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> out;
  size_t at = 0;
  while ((at = text.find_first_not_of(" \t\r", at)) != std::string::npos) {
    size_t end = text.find_first_of(" \t\r", at);
    out.push_back(text.substr(at, end - at));
    at = end == std::string::npos ? text.size() : end;
  }
  return out;
}

// The words of the one line that begins with `// flags:` or `/* flags:`, up to `//` or `*/`; -O2 when there is none.
std::vector<std::string> flags_of(const std::string& path, const std::string& source) {
  std::vector<std::string> found;
  bool seen = false;
  for (size_t at = 0; at < source.size();) {
    size_t end = source.find('\n', at);
    std::string line = source.substr(at, end - at);
    at = end == std::string::npos ? source.size() : end + 1;
    bool block = line.rfind("/* flags:", 0) == 0;
    if (!block && line.rfind("// flags:", 0) != 0) continue;
    if (seen) throw Failure{path + ": has two lines with `flags:`; leave one"};
    seen = true;
    size_t start = strlen("// flags:");
    found = words(line.substr(start, line.find(block ? "*/" : "//", start) - start));
  }
  for (const std::string& flag : found)
    if (!is_allowed(flag))
      throw Failure{path + ": compiler flag `" + flag + "` is not allowed; README.md lists those that are"};
  return seen ? found : std::vector<std::string>{"-O2"};
}

std::string first_lines(const std::string& text, size_t count) {
  size_t at = 0;
  for (size_t i = 0; i < count && at != std::string::npos; ++i)
    at = text.find('\n', at == 0 && i == 0 ? 0 : at + 1);
  return text.substr(0, at);
}

// In the forked child: limits, descriptors, then the compiler.
[[noreturn]] void exec_compiler(const std::vector<std::string>& args, const std::string& messages) {
  setpgid(0, 0);
  rlimit cpu{k_compile_seconds, k_compile_seconds}, memory{2ull << 30, 2ull << 30};
  setrlimit(RLIMIT_CPU, &cpu);
  setrlimit(RLIMIT_AS, &memory);
  int null = open("/dev/null", O_RDWR), log = open(messages.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  dup2(null, 0), dup2(null, 1), dup2(log, 2);
  std::vector<char*> argv;
  for (const std::string& arg : args) argv.push_back(const_cast<char*>(arg.c_str()));
  argv.push_back(nullptr);
  execvp(argv[0], argv.data());
  dprintf(2, "g++: %s\n", strerror(errno));
  _exit(127);
}

void run_compiler(const std::vector<std::string>& args, const std::string& path,
                  const std::string& work_dir) {
  std::string messages = work_dir + "/messages";
  pid_t pid = fork();
  if (pid < 0) throw Failure{std::string("cannot start the compiler: ") + strerror(errno)};
  if (pid == 0) exec_compiler(args, messages);
  setpgid(pid, pid);  // here as well: whoever comes first
  int status = 0;
  {
    Alarm alarm(-pid, k_compile_seconds);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (alarm.rang())
      throw Failure{path + ": compiling took longer than " + std::to_string(k_compile_seconds) + " s"};
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw Failure{path + ": does not compile:\n" +
                  first_lines(read_file(messages, 1 << 16), k_max_message_lines)};
}

std::vector<std::string> command(const Experiment& experiment, const std::string& contract_dir) {
  // gnu++20 and not c++20: strict ISO mode switches fused multiply-add off.
  std::vector<std::string> args{"g++", "-std=gnu++20", "-pipe", "-include", contract_dir + "/contract.h"};
  args.insert(args.end(), experiment.flags.begin(), experiment.flags.end());
  args.insert(args.end(), {"-x", "c++", experiment.path});
  return args;
}

}  // namespace

Experiment read_experiment(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) throw Failure{path + ": " + strerror(errno)};
  if (!S_ISREG(info.st_mode)) throw Failure{path + ": is not a regular file"};
  if (info.st_size > k_max_source_bytes) throw Failure{path + ": is larger than 256 KiB"};
  std::string source = read_file(path, k_max_source_bytes);
  if (source.find("matmul") == std::string::npos)
    throw Failure{path + ": does not define matmul(); see runner/contract.h"};
  return {path, flags_of(path, source)};
}

double compile(const Experiment& experiment, const std::string& contract_dir,
               const std::string& runner_object, const std::string& work_dir, const std::string& program) {
  double start = now();
  std::vector<std::string> args = command(experiment, contract_dir);
  args.insert(args.end(), {"-x", "none", runner_object, "-static", "-o", program});
  run_compiler(args, experiment.path, work_dir);
  return now() - start;
}

void check_syntax(const Experiment& experiment, const std::string& contract_dir,
                  const std::string& work_dir) {
  std::vector<std::string> args = command(experiment, contract_dir);
  args.push_back("-fsyntax-only");
  run_compiler(args, experiment.path, work_dir);
}
