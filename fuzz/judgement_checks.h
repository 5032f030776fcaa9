// What must hold of every judgement, whoever wrote what it was made of.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "checks.h"
#include "lab/judgement.h"

namespace leanlab::fuzz {

inline void check_judgement(const lab::Judgement& judgement, const std::string& metric) {
  constexpr std::size_t k_most_keys = 64, k_longest_line = 16 * 1024, k_longest_reason = 2000;
  INVARIANT(judgement.value.has_value() == judgement.reason.empty());
  INVARIANT(is_shown(judgement.reason) && judgement.reason.size() <= k_longest_reason);
  for (const std::string& warning : judgement.warnings)
    INVARIANT(is_shown(warning) && warning.size() <= k_longest_reason);
  if (!judgement.value) {
    INVARIANT(judgement.metrics.empty() && judgement.info.empty());
    return;
  }
  INVARIANT(std::isfinite(*judgement.value));
  INVARIANT(judgement.line.size() <= k_longest_line);
  std::size_t keys = judgement.metrics.size(), objectives = 0;
  for (const auto& [key, value] : judgement.metrics) {
    INVARIANT(std::isfinite(value));
    if (key == metric) ++objectives, INVARIANT(value == *judgement.value);
  }
  INVARIANT(objectives == 1);
  if (!judgement.info.empty()) {
    const auto info = parse_json(judgement.info);
    INVARIANT(info && info->is_object() && !info->empty());
    for (const auto& [key, value] : info->items()) INVARIANT(value.is_string() || value.is_boolean());
    keys += info->size();
  }
  INVARIANT(keys + judgement.warnings.size() <= k_most_keys);
}

}  // namespace leanlab::fuzz
