// running: the other translation unit of the judge; see measuring.cc.
#include "alarm.cc"
#include "confine.cc"
#include "experiment.cc"
#include "runner_process.cc"
