// Fuzzes agent/tunables: any source is read or refused with a place; what is written into it is read back, and the first
// line can be put into any text.
#include <cstddef>
#include <cstdint>

#include "agent/replies.h"
#include "agent/tunables/first_line.h"
#include "agent/tunables/tunables.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace leanlab;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)agent::find_worker_report(text);
  for (const char* marker : {"#", "//", "/*", "<!--"}) {
    const std::string once = agent::with_first_line(text, "x.py", marker, "tuner: ", "a 1");
    INVARIANT(once.find("tuner: ") != std::string::npos);
    INVARIANT(agent::with_first_line(once, "x.py", marker, "tuner: ", "a 1") == once);
  }
  const auto tunables = agent::Tunables::parse(text, "x");
  if (!tunables) {
    INVARIANT(!tunables.error().message.empty() && !tunables.error().where.empty());
    return 0;
  }
  INVARIANT(tunables->space().contains(tunables->point()));
  const auto same = tunables->rewrite(tunables->point());
  INVARIANT(same.has_value() && *same == text);
  std::vector<double> units;
  for (std::size_t i = 0; i < tunables->space().size(); ++i) units.push_back(data[i % size] / 255.0);
  const auto point = tunables->space().from_units(units);
  const auto written = tunables->rewrite(point);
  if (!written) return 0;  // several literals fit: refused, which rewrite() itself checks
  const auto again = agent::Tunables::parse(*written, "x");
  INVARIANT(again.has_value());
  INVARIANT(search::Space::key(again->point()) == search::Space::key(point));
  return 0;
}
