// Parts: reading events that may lack anything: a missing or mistyped part is empty, never an error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "agent/agent.h"
#include "base/json.h"

namespace leanlab::agent {

/// The member `key`, or null.
[[nodiscard]] const Json& part(const Json& value, const char* key);
[[nodiscard]] std::string text_at(const Json& value, const char* key);
[[nodiscard]] double number_at(const Json& value, const char* key);
/// A whole number that an int holds; 0 for all others.
[[nodiscard]] int whole_at(const Json& value, const char* key);
/// What a turn cost, in dollars; none where there is no amount that a turn can cost: a budget is counted by it.
[[nodiscard]] std::optional<double> cost_at(const Json& value, const char* key);
[[nodiscard]] std::uint64_t count_at(const Json& value, const char* key);
[[nodiscard]] bool is_true(const Json& value, const char* key);
/// The text of a content: a text, or the texts of its blocks.
[[nodiscard]] std::string text_of_content(const Json& content);
void add(Tokens& sum, const Tokens& more);

}  // namespace leanlab::agent
