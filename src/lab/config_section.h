// ConfigSection: one object of a configuration file, read strictly: every mistake is told with its place.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace leanlab::lab {

/// The file that the sections of one configuration come from.
struct ConfigSource {
  std::string_view text;  ///< valid JSON
  std::string shown;      ///< the file's name in errors
};

/// Reads the members of one object. Each reader leaves its target alone when the member is missing. finish() then
/// names the members that nobody asked for.
class ConfigSection {
 public:
  /// `pointer` is the object's JSON pointer ("" for the whole file, "/limits"). `value` must outlive this.
  ConfigSection(const ConfigSource& source, const Json& value, std::string pointer);

  /// Errors: misconfigured, when this is no object.
  [[nodiscard]] Status expect_object() const;
  [[nodiscard]] bool has(const std::string& key) const;

  enum class Empty { allowed, refused };
  [[nodiscard]] Status text(const std::string& key, std::string& target, Empty empty = Empty::allowed);
  [[nodiscard]] Status boolean(const std::string& key, bool& target);
  /// A whole number within [least, most].
  template <class Integer>
  [[nodiscard]] Status whole(const std::string& key, std::uint64_t least, std::uint64_t most,
                             Integer& target) {
    std::uint64_t value = target;
    TRY(whole_number(key, least, most, value));
    target = static_cast<Integer>(value);
    return {};
  }
  /// Any number within [least, most].
  [[nodiscard]] Status number(const std::string& key, double least, double most, double& target);
  /// One of `words`; `target` becomes its index.
  [[nodiscard]] Status word(const std::string& key, const std::vector<std::string>& words,
                            std::size_t& target);
  /// A list of texts that are not empty.
  [[nodiscard]] Status texts(const std::string& key, std::vector<std::string>& target);
  /// The member as a section of its own, or null in `value()` when it is missing. Errors: misconfigured (no object).
  [[nodiscard]] Result<ConfigSection> section(const std::string& key);
  /// The `index`th entry, an object, of a list member.
  [[nodiscard]] ConfigSection item(const std::string& key, std::size_t index) const;
  [[nodiscard]] const Json* value() const { return value_; }
  /// The member's value, or null.
  [[nodiscard]] const Json* member(const std::string& key);

  /// Members of the contract that this build does not have. Errors: unsupported, when one is there.
  [[nodiscard]] Status not_built(const std::vector<std::string>& keys);
  [[nodiscard]] Status require(const std::string& key) const;

  /// One warning for each member that was never asked for, with the nearest known one.
  void finish(std::vector<std::string>& warnings) const;

  /// An error at this member (or, when it is missing, at the object).
  [[nodiscard]] tl::unexpected<Error> wrong(const std::string& key, std::string message) const;
  [[nodiscard]] tl::unexpected<Error> unsupported(const std::string& key, std::string message) const;
  /// "limits.seconds": how messages call a member.
  [[nodiscard]] std::string shown_name(const std::string& key) const;

 private:
  [[nodiscard]] Status whole_number(const std::string& key, std::uint64_t least, std::uint64_t most,
                                    std::uint64_t& target);
  [[nodiscard]] std::string place(const std::string& key) const;

  ConfigSource source_;
  const Json* value_;
  std::string pointer_;
  std::vector<std::string> known_;
};

}  // namespace leanlab::lab
