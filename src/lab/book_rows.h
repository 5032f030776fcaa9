// A book that is read from results.jsonl alone: for looking at a lab that the engine has no state of yet. Read-only.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "lab/book.h"

namespace leanlab::lab {

/// Memory and time for a question do not grow with the rows that it is not about, but opening reads the file once.
/// Errors: io.
[[nodiscard]] Result<std::unique_ptr<Book>> open_rows_book(const Place& place, const Config& config);

}  // namespace leanlab::lab
