// main: `judge WORKER...`, the command that serves the experiment when leanlab does not start it.
// Reports the metrics and exits 0, or says why not on stderr and exits 1.
#include <leanlab_judge.h>
#include <stdio.h>

#include "bench.h"

int main(int argc, char** argv) {
  try {
    leanlab::Judge judge(std::vector<std::string>(argv + 1, argv + argc));
    double compile_seconds = judge.call("start", {}).number();
    Metrics metrics = bench(judge);
    metrics.emplace_back("compile_secs", compile_seconds);
    judge.report(metrics);
    return 0;
  } catch (const Failure& failure) {
    fprintf(stderr, "matmul: %s\n", failure.why.c_str());
  } catch (const std::exception& error) {
    fprintf(stderr, "matmul: %s\n", error.what());
  }
  return 1;
}
