// Fuzzes the ledger: the line parser on any text with and without a right hash, and a sound ledger with any change,
// which must be found.
#include <algorithm>
#include <cstddef>
#include <string>

#include <sys/mman.h>

#include "base/fd.h"
#include "base/hash.h"
#include "store/ledger_line.h"
#include "store/ledger_reader.h"
#include "target.h"

namespace leanlab::store {
namespace {

constexpr const char* k_ts = "2026-11-23T09:22:00.123Z";

void parse(std::string_view line) {
  const auto view = parse_line(line);
  if (!view) return;
  // The layout is strict: what was read is exactly what we would write.
  const std::string made = make_line(view->seq, view->prev, view->ts, view->type, view->body);
  INVARIANT(made.substr(0, made.size() - 1) == line);
}

struct Outcome {
  std::uint64_t records = 0;
  bool damaged = false;
  Tail tail = Tail::none;
};

Outcome read_ledger(std::string_view bytes) {
  const Fd fd(::memfd_create("ledger", MFD_CLOEXEC));
  INVARIANT(fd && write_all(fd.get(), bytes));
  ChainReader reader(fd.get(), "ledger", Head{}, bytes.size());
  while (true) {
    const auto record = reader.next();
    if (!record) return {reader.head().seq, true, Tail::none};
    if (*record == nullptr) break;
    INVARIANT((*record)->seq == reader.head().seq && reader.head().offset <= bytes.size());
  }
  const auto tail = read_tail(fd.get(), "ledger", reader.head(), bytes.size());
  if (!tail) return {reader.head().seq, true, Tail::none};
  return {reader.head().seq, false, tail->kind};
}

const std::string& sound_ledger() {
  static const std::string ledger = [] {
    std::string text = make_line(1, no_record_hash(), k_ts, "ledger", R"({"format":1,"id":"x"})");
    for (std::uint64_t seq = 2; seq <= 4; ++seq) {
      const std::size_t last = text.rfind('\n', text.size() - 2);
      const std::string prev = text.substr(last == std::string::npos ? 0 : last + 1, k_hash_digits);
      text += make_line(seq, prev, k_ts, "judged", R"({"value":0.25,"notes":"\"}{ \\"})");
    }
    return text;
  }();
  return ledger;
}

// The first bytes say where to cut out how much; the rest takes its place.
void change(std::string_view data) {
  if (data.size() < 3) return;
  const auto byte = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(data[i]));
  };
  std::string bytes = sound_ledger();
  const std::size_t at = std::min((byte(0) << 8 | byte(1)) % (bytes.size() + 1), bytes.size());
  bytes.replace(at, byte(2), data.substr(3));
  const Outcome sound = read_ledger(sound_ledger());
  INVARIANT(sound.records == 4 && !sound.damaged && sound.tail == Tail::none);
  const Outcome found = read_ledger(bytes);
  if (bytes == sound_ledger()) return;
  // Cut records at the end leave a sound, shorter ledger; everything else shows.
  INVARIANT(found.damaged || found.tail != Tail::none || found.records < 4);
  INVARIANT(found.records <= 4);
}

}  // namespace
}  // namespace leanlab::store

FUZZ_TARGET(ledger) {
  using namespace leanlab::store;
  parse(input);
  parse(leanlab::sha256_hex(input) + " " + std::string(input));
  static_cast<void>(can_be_torn(input, 5, no_record_hash()));
  static_cast<void>(read_ledger(input));
  change(input);
}
