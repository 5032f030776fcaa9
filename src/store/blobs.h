// Blobs: files by the SHA-256 of their content, written once, read-only, checked when read.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace leanlab::store {

/// Thread: any; several processes may put at the same time.
class Blobs {
 public:
  explicit Blobs(std::filesystem::path folder) : folder_(std::move(folder)) {}
  /// Stores `data`, on disk when this returns; storing the same again writes nothing. Returns its hash.
  /// Errors: io, no_space.
  [[nodiscard]] Result<std::string> put(std::string_view data) const;
  /// The content. Errors: integrity (the bytes do not have that hash, or `hash` is none), io (missing).
  [[nodiscard]] Result<std::string> get(const std::string& hash) const;
  /// Where a blob lies: `<folder>/ab/cdef…`.
  [[nodiscard]] std::filesystem::path path_of(const std::string& hash) const;
  [[nodiscard]] bool contains(const std::string& hash) const;
  /// Removes what a killed put() left half-written. Only while nothing else puts. Errors: io.
  [[nodiscard]] Status remove_leftovers() const;

 private:
  std::filesystem::path folder_;
};

}  // namespace leanlab::store
