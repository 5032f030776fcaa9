// The view of `leanlab list`: all labs and tasks of a project in one object.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "lab/config.h"

namespace leanlab::lab {

/// One lab as `list` shows it.
struct ListedLab {
  std::string name;
  std::optional<Objective> objective;  ///< none: its lab.json cannot be read
  std::uint64_t experiments = 0;
  std::optional<double> best;
  bool sealed = false;
  std::string running;  ///< who holds it ("pid 123 on host since ..."), or empty
  std::string problem;  ///< why it cannot be used, one line, or empty
  bool unverified =
      false;            ///< its best was judged at tier C, or is 0.2.1's: nothing kept it from being forged
  std::string level{};  ///< at which its best was judged: isolated, proxied, in-process; empty: there is none
};

/// `{labs: [{name, objective: {metric, direction}, experiments, best, sealed, unverified, level, running,
/// problem}], tasks: []}`.
[[nodiscard]] Json list_view(const std::vector<ListedLab>& labs);

}  // namespace leanlab::lab
