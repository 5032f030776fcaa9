// bench: the sizes, the goes, and what they add up to.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "runner_process.h"

/// Names and values in the order in which they are printed; the objective `gflops` is first.
using Metrics = std::vector<std::pair<std::string, double>>;

/// Checks products of random shapes, then times all sizes in turns. Throws Failure.
Metrics bench(RunnerProcess& runner);
