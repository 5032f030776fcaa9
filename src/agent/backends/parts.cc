// The tools' events change from month to month: nothing here insists on a shape.
#include "agent/backends/parts.h"

#include <nlohmann/json.hpp>

namespace leanlab::agent {

const Json& part(const Json& value, const char* key) {
  static const Json k_nothing;
  if (!value.is_object()) return k_nothing;
  const auto found = value.find(key);
  return found == value.end() ? k_nothing : *found;
}

std::string text_at(const Json& value, const char* key) {
  const Json& found = part(value, key);
  return found.is_string() ? found.get<std::string>() : std::string();
}

double number_at(const Json& value, const char* key) {
  const Json& found = part(value, key);
  return found.is_number() ? found.get<double>() : 0;
}

int whole_at(const Json& value, const char* key) {
  const double number = number_at(value, key);
  return number > -2e9 && number < 2e9 ? static_cast<int>(number) : 0;
}

std::optional<double> cost_at(const Json& value, const char* key) {
  constexpr double k_most_usd = 1e6;
  const Json& found = part(value, key);
  const double cost = found.is_number() ? found.get<double>() : -1;
  return cost >= 0 && cost <= k_most_usd ? std::optional(cost) : std::nullopt;
}

std::uint64_t count_at(const Json& value, const char* key) {
  const double number = number_at(value, key);
  return number > 0 && number < 1e15 ? static_cast<std::uint64_t>(number) : 0;
}

bool is_true(const Json& value, const char* key) {
  const Json& found = part(value, key);
  return found.is_boolean() && found.get<bool>();
}

std::string text_of_content(const Json& content) {
  if (content.is_string()) return content.get<std::string>();
  if (content.is_object()) return text_at(content, "text");
  std::string text;
  if (content.is_array()) {
    for (const Json& block : content) text += text_at(block, "text");
  }
  return text;
}

void add(Tokens& sum, const Tokens& more) {
  sum.input += more.input;
  sum.output += more.output;
  sum.cache_read += more.cache_read;
  sum.cache_write += more.cache_write;
}

}  // namespace leanlab::agent
