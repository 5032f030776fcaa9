// Tunables: the constants of an experiment that its author declared tunable, read from source code of any language.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/tunables/directive.h"
#include "agent/tunables/literal.h"
#include "base/result.h"
#include "search/space.h"

namespace leanlab::agent {

/// One literal that may change.
struct Tunable {
  std::string name;  ///< of what it is assigned to, unique in the file
  Domain domain;
  Literal literal;  ///< offsets in the source
  /// The value for people: "48", "gini", "true".
  [[nodiscard]] std::string show(double value) const;
};

/// All tunables of one source. Immutable.
class Tunables {
 public:
  /// Reads a source; `file` is the name in errors. A source without `tune:` comments gives an empty set.
  /// Errors: misconfigured, with line and caret: a malformed comment, no literal that fits, an unknown name in a condition.
  [[nodiscard]] static Result<Tunables> parse(std::string_view source, std::string_view file);

  [[nodiscard]] bool empty() const { return list_.empty(); }
  [[nodiscard]] const std::vector<Tunable>& list() const { return list_; }
  [[nodiscard]] const search::Space& space() const { return space_; }
  /// The values in the source; inactive ones are NaN.
  [[nodiscard]] const search::Point& point() const { return point_; }
  /// What opens a comment in this file: "#", "//", ...
  [[nodiscard]] const std::string& marker() const { return marker_; }
  /// Equal for two sources with the same names, domains and conditions, whatever their values.
  [[nodiscard]] const std::string& signature() const { return signature_; }

  /// The source with other values; inactive ones stay as they are, and so does every other byte. Errors: misconfigured when
  /// the new text would be read back differently (a line where several literals fit).
  [[nodiscard]] Result<std::string> rewrite(const search::Point& point) const;
  /// "tile 32 → 48, order ijk → ikj", at most `most` of them; `arrow` stands between old and new.
  [[nodiscard]] std::string changes(const search::Point& point, std::size_t most,
                                    std::string_view arrow) const;

 private:
  Tunables(std::string_view source, std::string_view file, search::Space space)
      : source_(source), file_(file), space_(std::move(space)) {}

  std::string source_;
  std::string file_;
  std::vector<Tunable> list_;
  search::Space space_;
  search::Point point_;
  std::string marker_;
  std::string signature_;
};

}  // namespace leanlab::agent
