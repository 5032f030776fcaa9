// Finding the layers.
#include "lab/config_layers.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/fs.h"
#include "base/json.h"
#include "base/strings.h"
#include "lab/user_folders.h"

namespace leanlab::lab {

namespace {

constexpr std::size_t k_largest_user_config = 4u << 20;

enum class Holds { number, boolean, text };
struct Field {
  const char* pointer;
  Holds holds;
};
// Every field of a layer that a variable can set.
constexpr std::array k_fields{
    Field{"/director_every", Holds::number},       Field{"/critic_every", Holds::number},
    Field{"/max_fix_calls", Holds::number},        Field{"/limits/seconds", Holds::number},
    Field{"/limits/agent_seconds", Holds::number}, Field{"/limits/memory_mb", Holds::number},
    Field{"/limits/processes", Holds::number},     Field{"/limits/disk_mb", Holds::number},
    Field{"/limits/output_mb", Holds::number},     Field{"/parallel/proposals", Holds::number},
    Field{"/parallel/evaluations", Holds::number}, Field{"/exclusive", Holds::boolean},
    Field{"/resources/cpus", Holds::number},       Field{"/resources/gpus", Holds::number},
    Field{"/agents/worker", Holds::text},
};

std::string variable(std::string_view pointer) {
  std::string name = "LEANLAB";
  for (const char c : pointer)
    name += c == '/' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return name;
}

Result<Json> value_of(const Field& field, const std::string& text) {
  if (field.holds == Holds::text) return Json(text);
  const auto value = parse_json(text);
  const bool fits = value && (field.holds == Holds::number ? value->is_number() : value->is_boolean());
  if (fits) return *value;
  return fail(ErrorCode::misconfigured, "the variable {} must be {}, not \"{}\"", variable(field.pointer),
              field.holds == Holds::number ? "a number" : "true or false", clip(printable(text), 60));
}

}  // namespace

std::string variable_of(const std::string& pointer) {
  const bool known = std::any_of(k_fields.begin(), k_fields.end(),
                                 [&](const Field& field) { return field.pointer == pointer; });
  return known ? variable(pointer) : std::string();
}

Result<std::vector<ConfigLayer>> find_config_layers() {
  std::vector<ConfigLayer> layers;
  std::error_code error;
  if (const fs::path folder = user_config_folder();
      !folder.empty() && fs::exists(folder / "config.json", error)) {
    TRY_ASSIGN(std::string text, read_file(folder / "config.json", k_largest_user_config));
    layers.push_back({ConfigLayer::Rank::below_lab, (folder / "config.json").string(), std::move(text)});
  }
  Json environment = Json::object();
  for (const Field& field : k_fields) {
    const char* text = std::getenv(variable(field.pointer).c_str());
    if (text == nullptr || *text == '\0') continue;
    TRY_ASSIGN(environment[Json::json_pointer(field.pointer)], value_of(field, text));
  }
  if (!environment.empty())
    layers.push_back({ConfigLayer::Rank::above_lab, "environment", to_line(environment)});
  return layers;
}

}  // namespace leanlab::lab
