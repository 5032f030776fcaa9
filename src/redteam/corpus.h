// Corpus: the bundled attacks and honest programs, each a file whose first lines say what it is.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace leanlab::redteam {

namespace fs = std::filesystem;

/// What must come of an experiment.
enum class Must {
  unmoved,    ///< judged, with the very score of the honest program that it contains
  invalid,    ///< no score
  either,     ///< unmoved or invalid: which of the two depends on the tier
  refused,    ///< not even taken in
  contained,  ///< any verdict, as evaluator and experiment share a process: but nothing outside of the run
  better,     ///< honest: judged, with a better score than the mean
  close,      ///< honest: the mean's score but for rounding
};
[[nodiscard]] const char* name(Must must);

/// One file of the corpus.
struct Attack {
  std::string name, group, tries;
  Must must = Must::unmoved;
  std::string lab;     ///< the lab that it is for; empty: any
  std::string needs;   ///< a Python module or a program without which it cannot be tried, or empty
  std::string place;   ///< how it lies in the lab when it is no plain file: "fifo", "symlink TARGET", ...
  std::string file;    ///< its name there, when that is the attack; else empty
  bool quick = false;  ///< judged with a short time limit: it never ends by itself
  std::uint32_t times = 1;  ///< judged so often in a row, to find what an earlier run left
  bool honest = false;
  std::string extension;  ///< ".py"
  std::string text;
};

/// A comment line in that language, with its newline.
[[nodiscard]] std::string comment(const std::string& extension, const std::string& text);

/// The folder of the corpus: beside the installed binary or in the sources. Errors: misconfigured.
[[nodiscard]] Result<fs::path> bundled_corpus();
/// All of it, sorted by group and name; the honest programs last. Errors: misconfigured (a header that is not understood), io.
[[nodiscard]] Result<std::vector<Attack>> load_corpus(const fs::path& folder);
/// One file's header. Errors: misconfigured.
[[nodiscard]] Result<Attack> parse_attack(const std::string& text, const std::string& file_name);

}  // namespace leanlab::redteam
