// SHA-256 as lower-case hexadecimal, of bytes and of files.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace leanlab {

/// 64 hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::string_view data);
/// Whether `text` is 64 lower-case hexadecimal digits.
[[nodiscard]] bool is_sha256_hex(std::string_view text);
/// Of a regular file's content, read in pieces. Errors: io.
[[nodiscard]] Result<std::string> sha256_file(const std::filesystem::path& path);

/// Piecewise: update(), update(), hex().
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  Sha256& update(std::string_view data);
  /// Ends the computation; call once.
  [[nodiscard]] std::string hex();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace leanlab
