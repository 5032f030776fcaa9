// validating: `validator EXPERIMENT RUNNER_DIR WORK_DIR`: VALID, or INVALID: why. A program of its own, for it is quick to build.
#include <stdio.h>

#include "alarm.cc"
#include "experiment.cc"

int main(int argc, char** argv) {
  if (argc != 4) {
    fputs("usage: validator EXPERIMENT RUNNER_DIR WORK_DIR\n", stderr);
    return 2;
  }
  try {
    check_syntax(read_experiment(argv[1]), argv[2], argv[3]);
    puts("VALID");
    return 0;
  } catch (const Failure& failure) {
    printf("INVALID: %s\n", failure.why.c_str());
    return 1;
  }
}
