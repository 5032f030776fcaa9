// The ledger's line format: a strict reader of a layout that we write ourselves.
#include "store/ledger_line.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/hash.h"

namespace leanlab::store {

namespace {

// Reads from the front of a text; every step says whether it fitted.
class Cursor {
 public:
  explicit Cursor(std::string_view rest) : rest_(rest) {}

  bool literal(std::string_view expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }
  // Decimal digits without a leading zero.
  bool number(std::uint64_t& value) {
    const char* const end = rest_.data() + rest_.size();
    const auto [stop, error] = std::from_chars(rest_.data(), end, value);
    const auto digits = static_cast<std::size_t>(stop - rest_.data());
    if (error != std::errc() || digits == 0 || (rest_[0] == '0' && digits > 1)) return false;
    rest_.remove_prefix(digits);
    return true;
  }
  // Everything up to the next quotation mark.
  bool quoted(std::string_view& value) {
    const auto end = rest_.find('"');
    if (end == std::string_view::npos) return false;
    value = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return true;
  }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

bool is_time(std::string_view text) {
  return text.size() >= 20 && text.size() <= 40 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || c == '-' || c == ':' || c == '.' || c == 'T' || c == 'Z';
         });
}

// Where the JSON object that begins at text[0] closes (one behind its brace), or npos while it is open.
std::size_t object_end(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}' && (depth == 0 || --depth == 0)) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

}  // namespace

std::size_t nesting(std::string_view json) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string && c == '\\') ++i;
    if (c == '"') in_string = !in_string;
    if (in_string) continue;
    if (c == '{' || c == '[') deepest = std::max(deepest, ++depth);
    if ((c == '}' || c == ']') && depth > 0) --depth;
  }
  return deepest;
}

const char* describe(LineFault fault) {
  switch (fault) {
    case LineFault::no_hash:
      return "it does not begin with a hash";
    case LineFault::wrong_hash:
      return "its text does not have the hash that stands before it";
    case LineFault::newer_version:
      return "it is written in a newer format than this leanlab reads";
    case LineFault::layout:
      return "its text is not that of a record";
  }
  return "it cannot be read";
}

const std::string& no_record_hash() {
  static const std::string zeros(k_hash_digits, '0');
  return zeros;
}

bool is_record_type(std::string_view type) {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return !type.empty() && type.size() <= 64 && letter(type[0]) && std::ranges::all_of(type, [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  });
}

std::string make_line(std::uint64_t seq, std::string_view prev, std::string_view ts, std::string_view type,
                      std::string_view body) {
  // The hash comes first in the line but last in time: leave its place open.
  std::string line(k_hash_digits, '0');
  line.reserve(body.size() + 256);
  fmt::format_to(std::back_inserter(line), R"( {{"v":{},"seq":{},"prev":"{}","ts":"{}","type":"{}","body":)",
                 k_ledger_version, seq, prev, ts, type);
  line += body;
  line += '}';
  const std::string hash = sha256_hex(std::string_view(line).substr(k_hash_digits + 1));
  std::ranges::copy(hash, line.begin());
  line += '\n';
  return line;
}

tl::expected<LineView, LineFault> parse_line(std::string_view line) {
  LineView view;
  view.hash = line.substr(0, k_hash_digits);
  if (!is_sha256_hex(view.hash) || line.size() <= k_hash_digits || line[k_hash_digits] != ' ') {
    return tl::unexpected(LineFault::no_hash);
  }
  view.text = line.substr(k_hash_digits + 1);
  if (sha256_hex(view.text) != view.hash) return tl::unexpected(LineFault::wrong_hash);

  Cursor at(view.text);
  std::uint64_t version = 0;
  if (!at.literal(R"({"v":)") || !at.number(version)) return tl::unexpected(LineFault::layout);
  if (version > k_ledger_version) return tl::unexpected(LineFault::newer_version);
  const bool fits = version == k_ledger_version && at.literal(R"(,"seq":)") && at.number(view.seq) &&
                    view.seq > 0 && at.literal(R"(,"prev":")") && at.quoted(view.prev) &&
                    is_sha256_hex(view.prev) && at.literal(R"(","ts":")") && at.quoted(view.ts) &&
                    is_time(view.ts) && at.literal(R"(","type":")") && at.quoted(view.type) &&
                    is_record_type(view.type) && at.literal(R"(","body":)");
  const std::string_view rest = at.rest();
  if (!fits || rest.size() < 3 || rest.front() != '{' || !rest.ends_with("}}"))
    return tl::unexpected(LineFault::layout);
  view.body = rest.substr(0, rest.size() - 1);
  return view;
}

bool can_be_torn(std::string_view piece, std::uint64_t seq, std::string_view prev) {
  if (std::ranges::any_of(piece, [](char c) { return static_cast<unsigned char>(c) < 0x20; })) return false;
  const std::string_view hash = piece.substr(0, k_hash_digits);
  if (!std::ranges::all_of(hash, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }))
    return false;
  const std::string expected =
      fmt::format(R"( {{"v":{},"seq":{},"prev":"{}","ts":")", k_ledger_version, seq, prev);
  const std::string_view rest = piece.substr(hash.size());
  const std::size_t common = std::min(rest.size(), expected.size());
  if (rest.substr(0, common) != std::string_view(expected).substr(0, common)) return false;
  return rest.empty() || object_end(rest.substr(1)) == std::string_view::npos;
}

}  // namespace leanlab::store
