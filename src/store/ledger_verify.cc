// Checks a whole ledger, believing no stored position.
#include <utility>

#include <fcntl.h>

#include "base/fd.h"
#include "store/ledger.h"
#include "store/ledger_reader.h"

namespace leanlab::store {

Result<std::string> read_ledger_id(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / k_ledger_file;
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored))
    return fail(ErrorCode::not_found, "there is no ledger in {}", folder.string());
  TRY_ASSIGN(const Fd fd, open_file(file, O_RDONLY));
  TRY_ASSIGN(const std::uint64_t size, ledger_size(fd.get(), file));
  ChainReader reader(fd.get(), file, Head{}, size);
  TRY_ASSIGN(const Record* const first, reader.next());
  if (first == nullptr) return fail(ledger_damaged(file, 1, 0, "it is empty"));
  return ledger_id(*first, file);
}

namespace {

Result<Verification> look_at_ledger(const std::filesystem::path& file) {
  TRY_ASSIGN(const Fd fd, open_file(file, O_RDONLY));
  TRY_ASSIGN(const std::uint64_t size, ledger_size(fd.get(), file));
  Verification found;
  ChainReader reader(fd.get(), file, Head{}, size);
  while (true) {
    auto record = reader.next();
    if (!record && !reader.problem()) return fail(std::move(record.error()));
    if (!record) found.problems.push_back(*reader.problem());
    if (!record || *record == nullptr) break;
    if ((*record)->seq == 1) {
      TRY_ASSIGN(found.id, ledger_id(**record, file));
    }
  }
  found.head = reader.head();
  found.records = found.head.seq;
  if (!found.problems.empty()) return found;
  auto tail = read_tail(fd.get(), file, found.head, size);
  if (!tail && tail.error().code != ErrorCode::integrity) return fail(std::move(tail.error()));
  if (!tail)
    found.problems.push_back(Problem{found.head.seq + 1, found.head.offset, tail.error().message});
  else
    found.torn_bytes = tail->bytes.size();
  return found;
}

bool same(const Problem& a, const Problem& b) {
  return a.seq == b.seq && a.offset == b.offset && a.what == b.what;
}

}  // namespace

Result<Verification> verify_ledger(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / k_ledger_file;
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored))
    return fail(ErrorCode::not_found, "there is no ledger in {}", folder.string());
  // A writer whose disk is full takes a half-written batch back and writes another in its place; whoever reads just then
  // sees a mixture. Damage is what is found twice in the same place.
  constexpr int k_looks = 5;
  TRY_ASSIGN(Verification found, look_at_ledger(file));
  for (int look = 1; look < k_looks && !found.problems.empty(); ++look) {
    TRY_ASSIGN(Verification again, look_at_ledger(file));
    const bool stays = !again.problems.empty() && same(again.problems.front(), found.problems.front());
    found = std::move(again);
    if (stays) break;
  }
  return found;
}

}  // namespace leanlab::store
