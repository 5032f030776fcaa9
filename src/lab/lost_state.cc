// Finding out what was lost.
#include "lab/lost_state.h"

#include <algorithm>
#include <vector>

#include "base/strings.h"

namespace leanlab::lab {

Result<LostState> find_lost_state(const Place& place, const ResultsFile& results, const Clock& clock) {
  std::vector<std::string> ledgers;
  TRY(results.scan(0, [&](ResultsLine& line) -> Status {
    if (!line.ledger.empty() && std::find(ledgers.begin(), ledgers.end(), line.ledger) == ledgers.end())
      ledgers.push_back(line.ledger);
    return {};
  }));
  LostState lost;
  if (const auto anchor = Anchorage(place, clock).lost(ledgers)) {
    lost.was_there = true;
    lost.line = fmt::format("the state of {} was lost: its ledger had {}, head {}, anchored {}",
                            printable(place.name), plural(anchor->head.seq, "record"),
                            anchor->head.hash.substr(0, 16), anchor->ts);
  } else if (!ledgers.empty()) {
    lost.was_there = true;
    lost.line = fmt::format(
        "the state of {} was lost, or this is a fresh clone: its rows in {} are of a ledger that is not "
        "here, and no "
        "anchor of it is found",
        printable(place.name), results.path().filename().string());
  }
  return lost;
}

Error anchor_broken(const Place& place, const AnchorReport& report) {
  const std::string word = join_command(std::vector<std::string>{place.name});
  return Error(ErrorCode::integrity, "the ledger is not the one that was anchored: " + report.line)
      .at(place.state.string())
      .then(
          fmt::format("restore {} from a backup; if you changed it yourself and mean it: leanlab rebuild {} "
                      "--trust-ledger",
                      join_command(std::vector<std::string>{place.state.string()}), word));
}

}  // namespace leanlab::lab
