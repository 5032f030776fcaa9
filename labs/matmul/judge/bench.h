// bench: the sizes, the goes, and what they add up to.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <leanlab_judge.h>

#include "../runner/failure.h"

/// Names and values in the order in which they are reported; the objective `gflops` is first.
using Metrics = std::vector<std::pair<std::string, double>>;

/// Checks products of random shapes, then times all sizes in turns. Throws Failure.
Metrics bench(leanlab::Judge& keeper);
