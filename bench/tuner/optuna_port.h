// Optuna port: asks a Python process for Optuna's suggestions, and for a real lab's results.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/fd.h"
#include "base/process.h"
#include "search/space.h"

namespace leanlab::bench {

/// One python3 with optuna_server.py; ends with this object. Every failure ends the benchmark.
class OptunaPort {
 public:
  explicit OptunaPort(const std::string& script);
  /// `sampler`: "tpe" or "cmaes".
  void begin(const search::Space& space, std::uint64_t seed, const std::string& sampler);
  [[nodiscard]] search::Point ask(const search::Space& space);
  void tell(std::optional<double> loss);
  /// What a real lab ("digits", "house-prices") yields.
  [[nodiscard]] double lab_loss(const std::string& lab, const search::Point& point);
  [[nodiscard]] std::string version();

 private:
  std::string call(const std::string& line);
  Fd in_, out_;
  std::string buffer_;
  std::unique_ptr<RunningProcess> process_;
};

}  // namespace leanlab::bench
