// Parts: reading events that may lack anything: a missing or mistyped part is empty, never an error.
#pragma once

#include <cstdint>
#include <string>

#include "agent/agent.h"
#include "base/json.h"

namespace leanlab::agent {

/// The member `key`, or null.
[[nodiscard]] const Json& part(const Json& value, const char* key);
[[nodiscard]] std::string text_at(const Json& value, const char* key);
[[nodiscard]] double number_at(const Json& value, const char* key);
[[nodiscard]] std::uint64_t count_at(const Json& value, const char* key);
[[nodiscard]] bool is_true(const Json& value, const char* key);
/// The text of a content: a text, or the texts of its blocks.
[[nodiscard]] std::string text_of_content(const Json& content);
void add(Tokens& sum, const Tokens& more);

}  // namespace leanlab::agent
