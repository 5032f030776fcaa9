// Report: a lab's book as one HTML file that opens from disk: a chart, the figures, and a table to search and sort.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "lab/book.h"
#include "lab/config.h"

namespace leanlab::cli {

/// Calls `visit` for every judged experiment, oldest first, reading the book in slices. Errors: those of Book::query.
[[nodiscard]] Status for_each_experiment(const lab::Book& book,
                                         const std::function<void(const lab::Experiment&)>& visit);

/// Writes the page piece by piece to `write`. It loads nothing: style, script and data are in it, and every text of the
/// book is data to it, never markup. Errors: those of Book::query.
[[nodiscard]] Status write_report(const lab::Book& book, const std::string& name, const lab::Config& config,
                                  const std::string& ts, const std::function<void(std::string_view)>& write);

}  // namespace leanlab::cli
