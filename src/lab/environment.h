// Environment: the fixed variables that a judge runs with. Nothing else of the user's is passed on, no token above all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lab/interpreter.h"

namespace leanlab::lab {

using Environment = std::vector<std::pair<std::string, std::string>>;

/// What differs between evaluations.
struct JudgeSurroundings {
  std::filesystem::path lab;             ///< the lab's folder: LEANLAB_LAB
  std::filesystem::path private_folder;  ///< HOME and TMPDIR; empty: the sandbox sets them
  std::uint64_t seed = 0;                ///< LEANLAB_SEED
  std::optional<Interpreter> interpreter =
      {};                     ///< in a virtual environment its bin folder comes first on PATH
  std::string recorded = {};  ///< a seal's `environment`: taken in place of our own variables when not empty
};

/// PATH, HOME, TMPDIR, locale, time zone, Python's switches, LEANLAB_SEED, LEANLAB_LAB, and the places of public data
/// sets (SCIKIT_LEARN_DATA, NLTK_DATA, TORCH_HOME, …) where the user has them. Sorted by name.
[[nodiscard]] Environment judge_environment(const JudgeSurroundings& surroundings);

/// Whether a variable of it names a place of data.
[[nodiscard]] bool is_data_place(const std::string& name);

/// The part of it that a seal covers: all but the private folder, the seed and the lab's own place. One "NAME=value" a
/// line.
[[nodiscard]] std::string sealed_environment(const std::optional<Interpreter>& interpreter,
                                             const std::filesystem::path& lab);

}  // namespace leanlab::lab
