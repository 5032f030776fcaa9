// Table: measure, squeeze the elastic columns, print.
#include "cli/ui/table.h"

#include <algorithm>
#include <numeric>

#include "base/result.h"

namespace leanlab::cli::ui {
namespace {

constexpr std::size_t k_gap = 2;
constexpr std::size_t k_narrowest = 8;  // an elastic column keeps at least this much

std::string padded(const std::string& cell, std::size_t width, Align align) {
  const std::size_t taken = styled_width(cell);
  const std::string space(width > taken ? width - taken : 0, ' ');
  return align == Align::right ? space + cell : cell + space;
}

}  // namespace

void Table::add(std::vector<std::string> cells) {
  INVARIANT(cells.size() == columns_.size());
  rows_.push_back(std::move(cells));
}

std::string Table::render(const Terminal& terminal) const {
  const std::size_t count = columns_.size();
  std::vector<std::size_t> widths(count);
  for (std::size_t c = 0; c < count; ++c) {
    widths[c] = styled_width(columns_[c].title);
    for (const auto& row : rows_) widths[c] = std::max(widths[c], styled_width(row[c]));
  }
  if (terminal.is_terminal) {
    const std::size_t room = terminal.width() - 1;
    std::size_t total = std::accumulate(widths.begin(), widths.end(), k_gap * (count - 1));
    for (std::size_t c = count; c-- > 0 && total > room;) {
      if (columns_[c].fit != Fit::elastic || widths[c] <= k_narrowest) continue;
      const std::size_t cut = std::min(total - room, widths[c] - k_narrowest);
      widths[c] -= cut;
      total -= cut;
    }
  }
  std::string text;
  const auto line = [&](const auto& cell_of) {
    std::string out;
    for (std::size_t c = 0; c < count; ++c) {
      const std::string cell = styled_clip(cell_of(c), widths[c]);
      out += c + 1 == count && columns_[c].align == Align::left ? cell
                                                                : padded(cell, widths[c], columns_[c].align);
      if (c + 1 < count) out.append(k_gap, ' ');
    }
    if (terminal.is_terminal) out = styled_clip(out, terminal.width() - 1);
    out.erase(out.find_last_not_of(' ') + 1);
    text += out + "\n";
  };
  const bool titled =
      std::any_of(columns_.begin(), columns_.end(), [](const Column& c) { return !c.title.empty(); });
  if (titled) line([&](std::size_t c) { return terminal.style.dim(columns_[c].title); });
  for (const auto& row : rows_) line([&](std::size_t c) { return row[c]; });
  return text;
}

}  // namespace leanlab::cli::ui
