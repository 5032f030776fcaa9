// The ledger's line: writing one and taking one apart, without a JSON parser, since its layout is ours.
// `<64 hex> {"v":1,"seq":N,"prev":"<64 hex>","ts":"<ISO 8601>","type":"<word>","body":{...}}` and a newline.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace leanlab::store {

inline constexpr std::uint64_t k_ledger_version = 1;
inline constexpr std::size_t k_hash_digits = 64;
/// A line may be this long at most; bigger things are blobs.
inline constexpr std::size_t k_max_line_bytes = (16u << 20) + 1024;

/// The body of a record may be nested this deep: with the record around it, it is still read (JSON of 200 levels is).
inline constexpr std::size_t k_max_body_depth = 199;
/// How deep the objects and lists of a valid JSON text are nested.
[[nodiscard]] std::size_t nesting(std::string_view json);

/// A line taken apart; the views point into it.
struct LineView {
  std::uint64_t seq = 0;
  std::string_view hash;
  std::string_view prev;
  std::string_view ts;
  std::string_view type;
  std::string_view body;
  std::string_view text;  ///< what the hash covers
};

enum class LineFault {
  no_hash,        ///< it does not begin with 64 hexadecimal digits and a space
  wrong_hash,     ///< its text does not have the hash that stands before it
  newer_version,  ///< the hash is right, the format is newer than ours
  layout,         ///< the hash is right, but the text is not a record
};

/// For people: "its text does not have the hash that stands before it".
[[nodiscard]] const char* describe(LineFault fault);

/// 64 zeros: what stands for the previous hash in the first record.
[[nodiscard]] const std::string& no_record_hash();
/// a-z, 0-9, `_`, `-`, `.`; begins with a letter; at most 64 characters.
[[nodiscard]] bool is_record_type(std::string_view type);

/// Writes a line, with its newline. `body` is the text of a JSON object on one line.
[[nodiscard]] std::string make_line(std::uint64_t seq, std::string_view prev, std::string_view ts,
                                    std::string_view type, std::string_view body);
/// Takes a line apart (without its newline) and checks its hash. The body is not parsed: the hash vouches for it.
[[nodiscard]] tl::expected<LineView, LineFault> parse_line(std::string_view line);
/// Whether a crash while line `seq` behind `prev` was written can have left `piece`: a beginning of such a line whose
/// JSON object is still open. What goes on behind the end of its object is not torn, but damaged.
[[nodiscard]] bool can_be_torn(std::string_view piece, std::uint64_t seq, std::string_view prev);

}  // namespace leanlab::store
