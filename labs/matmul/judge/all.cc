// all: the judge as one translation unit, because each file would read the same headers again.
#include "alarm.cc"
#include "bench.cc"
#include "check.cc"
#include "confine.cc"
#include "experiment.cc"
#include "main.cc"
#include "runner_process.cc"
