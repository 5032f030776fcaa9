// Table: aligned columns for people. Cells may be styled; widths count what a terminal shows.
#pragma once

#include <string>
#include <vector>

#include "cli/ui/terminal.h"

namespace leanlab::cli::ui {

enum class Align { left, right };
/// An elastic column gives way (clipped with "…") when the table is wider than the terminal.
enum class Fit { fixed, elastic };

struct Column {
  std::string title;
  Align align = Align::left;
  Fit fit = Fit::fixed;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// One cell a column.
  void add(std::vector<std::string> cells);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  /// The lines, each with a newline: titles (unless all are empty), then rows. Clipped to the terminal's width where
  /// there is one; a file or a pipe gets everything.
  [[nodiscard]] std::string render(const Terminal& terminal) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace leanlab::cli::ui
