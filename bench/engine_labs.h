// Labs of the engine's benchmark: their files, and books of any size made at once.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <fmt/format.h>

#include "base/result.h"
#include "lab/project.h"

namespace leanlab::bench {

/// The value, or the end of the program.
template <class T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  fmt::print(stderr, "engine_bench: {}\n", one_line(result.error()));
  std::exit(1);
}
inline void must(const Status& status) {
  if (status) return;
  fmt::print(stderr, "engine_bench: {}\n", one_line(status.error()));
  std::exit(1);
}

/// A lab whose agents and evaluator do nothing, in <project>/.leanlab/<name>.
lab::Place make_lab(const std::filesystem::path& project, const std::string& name);

/// Adds judged experiments to its ledger, without a flush for each. With `stored`, the hash of a stored blob, all are that
/// file.
void fill_ledger(const lab::Place& place, std::uint64_t count, const std::string& stored = {});

}  // namespace leanlab::bench
