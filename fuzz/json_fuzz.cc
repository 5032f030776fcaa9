// Fuzzes base/json: any text is parsed or refused with a place, and what was parsed is written and read back the same.
#include <cstddef>
#include <cstdint>

#include <nlohmann/json.hpp>

#include "base/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace leanlab;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = parse_json(text, "input");
  if (!value) {
    INVARIANT(!value.error().message.empty() && !value.error().where.empty());
    return 0;
  }
  const std::string line = to_line(*value);
  INVARIANT(line.find('\n') == std::string::npos);
  const auto again = parse_json(line, "line");
  INVARIANT(again.has_value());
  INVARIANT(to_line(*again) == line);
  const auto pretty = parse_json(to_pretty(*value), "pretty");
  INVARIANT(pretty.has_value() && to_line(*pretty) == line);
  // Places: of something that exists, of something that does not, of any offset.
  for (const char* pointer : {"", "/a", "/a/0/b", "/~1/~0", "/999999999999999999999"}) {
    INVARIANT(!json_place(text, "input", pointer).empty());
  }
  INVARIANT(!text_place(text, "input", size == 0 ? 0 : data[0] % (size + 2)).empty());
  return 0;
}
