// running: one translation unit of the keeper; the other is keeper.cc. Two, so that both cores build it.
#include "alarm.cc"
#include "confine.cc"
#include "experiment.cc"
#include "runner_process.cc"
