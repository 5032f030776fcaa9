// A batch of records on its way into the ledger: callers that wait together are written together. Only ledger*.cc include
// this.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "store/ledger.h"

namespace leanlab::store {

/// A record on its way into the ledger: its body is ready, or `draft` makes it.
struct Entry {
  std::string_view type;
  std::string body;
  const Draft* draft = nullptr;
};

/// One caller that appends, and what became of its records.
struct Pending {
  std::vector<Entry> entries;
  std::string ts;
  Result<std::vector<Record>> outcome = fail(ErrorCode::internal, "the record was never written");
  bool done = false;
};

/// Errors: internal (the body is no object).
[[nodiscard]] Status check_body(std::string_view type, const Json& body);
/// Takes back, in reverse order, what the first `count` drafts noted down.
void undo(const Pending& pending, std::size_t count);
/// Makes a caller's lines behind `head`, which moves on, and their records. Errors: internal (too large, too deep).
[[nodiscard]] Result<std::string> make_lines(Pending& pending, Head& head);

}  // namespace leanlab::store
