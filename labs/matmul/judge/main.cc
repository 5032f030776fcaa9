// main: `judge score|validate EXPERIMENT JUDGE_DIR RUNNER_OBJECT WORK_DIR`; the scripts beside it fill the last three in.
// score: one line of JSON on stdout and exit 0, or a reason on stderr and exit 1. validate: VALID or INVALID: why.
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "bench.h"
#include "experiment.h"
#include "failure.h"
#include "runner_process.h"

namespace {

void score(const std::string& path, const std::string& judge_dir, const std::string& runner_object,
           const std::string& work_dir) {
  Experiment experiment = read_experiment(path);
  std::string program = work_dir + "/runner";
  double compile_seconds = compile(experiment, judge_dir, runner_object, work_dir, program);
  Metrics metrics;
  {
    RunnerProcess runner(program);
    metrics = bench(runner);
  }
  metrics.emplace_back("compile_secs", compile_seconds);
  const char* separator = "{";
  for (const auto& [name, value] : metrics) {
    printf("%s\"%s\": %.6g", separator, name.c_str(), value);
    separator = ", ";
  }
  puts("}");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    fputs("usage: judge score|validate EXPERIMENT JUDGE_DIR RUNNER_OBJECT WORK_DIR\n", stderr);
    return 2;
  }
  prctl(PR_SET_DUMPABLE, 0);  // an experiment runs as the same user: it must not look into this process
  bool validating = strcmp(argv[1], "validate") == 0;
  try {
    if (validating) {
      check_syntax(read_experiment(argv[2]), argv[3], argv[5]);
      puts("VALID");
    } else {
      score(argv[2], argv[3], argv[4], argv[5]);
    }
    return 0;
  } catch (const Failure& failure) {
    if (validating)
      printf("INVALID: %s\n", failure.why.c_str());
    else
      fprintf(stderr, "matmul: %s\n", failure.why.c_str());
    return 1;
  }
}
