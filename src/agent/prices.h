// Prices: what a model's tokens cost, from tables that the user can read and change. A model that no table has is unknown.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "agent/agent.h"
#include "base/result.h"

namespace leanlab::agent {

/// US dollars for a million tokens of each kind. A kind without a price costs nothing known: then the model's turns that
/// use it are unknown.
struct Price {
  std::string model;  ///< a name, or the beginning of names with a final "*"
  std::optional<double> input, output, cache_read, cache_write;
  std::string as_of;   ///< "2025-11"; may be empty
  std::string source;  ///< where it was read; may be empty
  std::filesystem::path file;
};

class Prices {
 public:
  /// Reads the tables in order; a later one replaces the rows of the same model. Files that are not there are skipped.
  /// Errors: misconfigured (with file and place), unsupported (a newer format).
  [[nodiscard]] static Result<Prices> load(const std::vector<std::filesystem::path>& files);
  /// The row for a model: its own name first, else the longest beginning that fits.
  [[nodiscard]] const Price* find(const std::string& model) const;
  /// What these tokens cost; none when the model, or the price of a kind that was used, is unknown.
  [[nodiscard]] std::optional<double> cost(const std::string& model, const Tokens& tokens) const;
  [[nodiscard]] const std::vector<Price>& rows() const { return rows_; }

 private:
  std::vector<Price> rows_;
};

/// The model that "claude:opus" or "api:anthropic/NAME" names; empty: it names none.
[[nodiscard]] std::string model_in(const std::string& spec);

}  // namespace leanlab::agent
