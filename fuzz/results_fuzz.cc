// Fuzzes results.jsonl as 0.2.1 and other tools write it: each line is a row or it is refused, and the quick look at a row sees what
// the importer sees.
#include <cmath>
#include <string>

#include <fmt/format.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/strings.h"
#include "checks.h"
#include "lab/results_file.h"
#include "lab/row_glance.h"
#include "target.h"

namespace leanlab::lab {
namespace {

void import_line(std::string_view line) {
  const Objective objective{"score", Direction::maximise};
  const RowGlance glance = glance_at_row(line, objective);
  const auto row = import_row(repair_utf8(trim(line)), "lab", objective);
  INVARIANT(row.has_value() == glance.is_row);
  if (!row) return fuzz::check_error(row.error());
  INVARIANT(row->value == glance.value && row->best_so_far == glance.best_so_far);
  INVARIANT(row->origin == Origin::imported);
  INVARIANT(row->value.has_value() == (row->verdict != Verdict::invalid));
  if (row->value) INVARIANT(std::isfinite(*row->value));
  for (const auto& [key, value] : row->metrics) INVARIANT(std::isfinite(value));
}

/// Every byte is accounted for by the lines that a scan finds, and from a line's end it goes on with the next.
void scan_all(std::string_view input) {
  const Fd fd(::memfd_create("results", MFD_CLOEXEC));
  INVARIANT(fd && write_all(fd.get(), input));
  const ResultsFile file(fmt::format("/proc/self/fd/{}", fd.get()));
  std::vector<ResultsLine> lines;
  const auto keep = [&](ResultsLine& line) -> Status {
    INVARIANT(!line.text.empty() && line.text.find('\n') == std::string::npos);
    INVARIANT(line.end <= input.size() && (lines.empty() || line.end > lines.back().end));
    lines.push_back(std::move(line));
    return {};
  };
  INVARIANT(file.scan(0, keep).has_value());
  if (lines.size() < 2) return;
  const std::size_t all = lines.size();
  const std::uint64_t from = lines.front().end;
  lines.clear();
  INVARIANT(file.scan(from, keep).has_value() && lines.size() == all - 1);
}

}  // namespace
}  // namespace leanlab::lab

FUZZ_TARGET(results) {
  using namespace leanlab;
  for (const std::string_view line : split_lines(input)) lab::import_line(line);
  lab::scan_all(input);
}
