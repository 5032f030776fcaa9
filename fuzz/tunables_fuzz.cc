// Fuzzes agent/tunables: any source is read or refused with a place; what is written into it is read back, and the first
// line can be put into any text.
#include <vector>

#include "agent/replies.h"
#include "agent/tunables/first_line.h"
#include "agent/tunables/tunables.h"
#include "target.h"

FUZZ_TARGET(tunables) {
  using namespace leanlab;
  static_cast<void>(agent::find_worker_report(input));
  for (const char* marker : {"#", "//", "/*", "<!--"}) {
    const std::string once = agent::with_first_line(input, "x.py", marker, "tuner: ", "a 1");
    INVARIANT(once.find("tuner: ") != std::string::npos);
    INVARIANT(agent::with_first_line(once, "x.py", marker, "tuner: ", "a 1") == once);
  }
  const auto tunables = agent::Tunables::parse(input, "x");
  if (!tunables) {
    INVARIANT(!tunables.error().message.empty() && !tunables.error().where.empty());
    return;
  }
  INVARIANT(tunables->space().contains(tunables->point()));
  const auto same = tunables->rewrite(tunables->point());
  INVARIANT(same.has_value() && *same == input);
  std::vector<double> units;
  for (std::size_t i = 0; i < tunables->space().size(); ++i)
    units.push_back(static_cast<unsigned char>(input[i % input.size()]) / 255.0);
  const auto point = tunables->space().from_units(units);
  const auto written = tunables->rewrite(point);
  if (!written) return;  // several literals fit: refused, which rewrite() itself checks
  const auto again = agent::Tunables::parse(*written, "x");
  INVARIANT(again.has_value());
  INVARIANT(search::Space::key(again->point()) == search::Space::key(point));
}
