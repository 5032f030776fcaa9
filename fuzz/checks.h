// Checks: what several fuzzers demand of texts for people, and how they take an input to pieces.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/strings.h"

namespace leanlab::fuzz {

/// Whether a text can be put on a screen as it is: valid UTF-8, one line, nothing that acts on a terminal.
inline bool is_shown(std::string_view text) {
  const auto acts = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  return std::none_of(text.begin(), text.end(), acts) && printable(text) == text;
}

/// An error has a message, and its code maps to an exit status.
inline void check_error(const Error& error) {
  INVARIANT(!error.message.empty());
  INVARIANT(exit_code(error.code) != 0);
}

/// Takes an input to pieces. Behind its end everything is zero and empty.
class Feed {
 public:
  explicit Feed(std::string_view input) : input_(input) {}

  std::size_t byte() {
    if (input_.empty()) return 0;
    const auto value = static_cast<unsigned char>(input_.front());
    input_.remove_prefix(1);
    return value;
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (std::size_t bytes = byte() % 9; bytes > 0; --bytes) value = value << 8 | byte();
    return value;
  }
  /// What stands before the next `end`, which is taken, too.
  std::string_view until(char end) {
    const std::size_t size = std::min(input_.find(end), input_.size());
    const std::string_view piece = input_.substr(0, size);
    input_.remove_prefix(std::min(size + 1, input_.size()));
    return piece;
  }
  [[nodiscard]] std::string_view rest() const { return input_; }
  [[nodiscard]] bool is_empty() const { return input_.empty(); }

 private:
  std::string_view input_;
};

}  // namespace leanlab::fuzz
