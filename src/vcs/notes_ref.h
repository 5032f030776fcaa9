// NotesRef: small files kept in a git repository under a ref of ours, beside the user's branches: refs/leanlab/….
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace leanlab::vcs {

/// A ref whose commits hold one flat folder of small text files. Git is driven through its command line, without hooks,
/// file-system monitors or filters of the repository, and the user's branches, index and work tree are never touched.
class NotesRef {
 public:
  /// `ref` in the repository whose work tree holds `folder`; none where there is no `.git` upwards or no git program.
  [[nodiscard]] static std::optional<NotesRef> around(const std::filesystem::path& folder, std::string ref);

  /// A file's text; none when the ref or the file is not there. Errors: misconfigured (git refuses the repository).
  [[nodiscard]] Result<std::optional<std::string>> read(const std::string& name) const;
  /// The names of all files; empty when the ref is not there. Errors: as read().
  [[nodiscard]] Result<std::vector<std::string>> names() const;
  /// Adds or replaces a file by one commit on top of the ref. `name` has no slash, blank or quote; `text` may have lines.
  /// Errors: misconfigured (git refuses, or somebody else moved the ref meanwhile), io, no_space.
  [[nodiscard]] Status write(const std::string& name, const std::string& text,
                             const std::string& message) const;

  [[nodiscard]] const std::string& ref() const { return ref_; }

 private:
  NotesRef(std::filesystem::path top, std::string ref) : top_(std::move(top)), ref_(std::move(ref)) {}
  [[nodiscard]] Result<bool> exists() const;
  [[nodiscard]] Status write_once(const std::string& name, const std::string& text,
                                  const std::string& message) const;
  std::filesystem::path top_;
  std::string ref_;
};

}  // namespace leanlab::vcs
