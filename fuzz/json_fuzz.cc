// Fuzzes base/json: any text is parsed or refused with a place, and what was parsed is written and read back the same.
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/strings.h"
#include "checks.h"
#include "target.h"

FUZZ_TARGET(json) {
  using namespace leanlab;
  const auto value = parse_json(input, "input");
  if (!value) {
    INVARIANT(!value.error().where.empty() && fuzz::is_shown(value.error().message));
    for (const std::string_view line : split_lines(value.error().where)) INVARIANT(fuzz::is_shown(line));
    return;
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
    INVARIANT(!json_place(input, "input", pointer).empty());
  }
  INVARIANT(!text_place(input, "input",
                        input.empty() ? 0 : static_cast<unsigned char>(input[0]) % (input.size() + 2))
                 .empty());
}
