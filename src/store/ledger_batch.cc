// Making the lines of a batch.
#include "store/ledger_batch.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "store/ledger_line.h"

namespace leanlab::store {

Status check_body(std::string_view type, const Json& body) {
  if (body.is_object()) return {};
  return fail(ErrorCode::internal, "the body of a record of type {} is not an object", type);
}

void undo(const Pending& pending, std::size_t count) {
  while (count > 0) {
    const Draft* const draft = pending.entries[--count].draft;
    if (draft != nullptr && draft->undo) draft->undo();
  }
}

Result<std::string> make_lines(Pending& pending, Head& head) {
  std::string lines;
  std::vector<Record> records;
  Head next = head;
  for (std::size_t i = 0; i < pending.entries.size(); ++i) {
    Entry& entry = pending.entries[i];
    Status usable;
    if (entry.draft != nullptr) {
      const Json body = entry.draft->body(next.seq + 1);
      usable = check_body(entry.type, body);
      if (usable) entry.body = to_line(body);
    }
    if (usable && entry.body.size() + 1024 > k_max_line_bytes) {
      usable =
          fail(ErrorCode::internal, "a record of type {} has {} bytes; what is large belongs into a blob",
               entry.type, entry.body.size());
    }
    if (usable && nesting(entry.body) > k_max_body_depth) {
      usable = fail(ErrorCode::internal,
                    "a record of type {} is nested deeper than {} levels: nobody could read it", entry.type,
                    k_max_body_depth);
    }
    if (!usable) {
      undo(pending, i + 1);
      return fail(std::move(usable.error()));
    }
    const std::string line = make_line(next.seq + 1, next.hash, pending.ts, entry.type, entry.body);
    Record record;
    record.seq = next.seq + 1;
    record.hash = line.substr(0, k_hash_digits);
    record.offset = next.offset;
    record.size = line.size();
    record.type = entry.type;
    record.text = line.substr(k_hash_digits + 1, line.size() - k_hash_digits - 2);
    next = Head{record.seq, record.offset + record.size, record.hash};
    lines += line;
    records.push_back(std::move(record));
  }
  pending.outcome = std::move(records);
  head = std::move(next);
  return lines;
}

}  // namespace leanlab::store
