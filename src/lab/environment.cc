// The judge's environment.
#include "lab/environment.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>

#include "base/fs.h"
#include "base/strings.h"

namespace leanlab::lab {

namespace {

// Where libraries keep public data sets and weights; caches that may hold a login (HF_HOME's default) are passed on
// only when the user has named them.
constexpr std::array k_data_places{"SCIKIT_LEARN_DATA", "NLTK_DATA",         "TORCH_HOME", "HF_HOME",
                                   "HF_HUB_CACHE",      "HF_DATASETS_CACHE", "KERAS_HOME", "TFDS_DATA_DIR",
                                   "SEABORN_DATA",      "STATSMODELS_DATA",  "CUDA_HOME"};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// The user's PATH without entries that depend on the current folder.
std::string search_path(const std::optional<Interpreter>& interpreter) {
  std::string path = variable("PATH");
  if (path.empty()) path = "/usr/local/bin:/usr/bin:/bin";
  std::string result;
  const auto add = [&](std::string_view folder) {
    if (!folder.starts_with('/')) return;
    if (!result.empty()) result += ':';
    result += folder;
  };
  if (interpreter && interpreter->prefix != interpreter->base_prefix) add(interpreter->prefix + "/bin");
  for (std::string_view rest = path; !rest.empty();) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    add(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return result;
}

std::string scikit_learn_data(const fs::path& lab) {
  std::error_code error;
  const fs::path own = lab / "data" / "scikit_learn_data";
  if (fs::is_directory(own, error)) return own.string();
  const std::string home = variable("HOME");
  const fs::path users = fs::path(home) / "scikit_learn_data";
  return !home.empty() && fs::is_directory(users, error) ? users.string() : "";
}

/// What is the same for every evaluation.
std::map<std::string, std::string> fixed_part(const std::optional<Interpreter>& interpreter,
                                              const fs::path& lab) {
  std::map<std::string, std::string> values{{"PATH", search_path(interpreter)},
                                            {"LANG", "C.UTF-8"},
                                            {"LC_ALL", "C.UTF-8"},
                                            {"TZ", "UTC"},
                                            {"PYTHONHASHSEED", "0"},
                                            {"PYTHONDONTWRITEBYTECODE", "1"},
                                            {"PYTHONNOUSERSITE", "1"},
                                            {"PYTHONIOENCODING", "utf-8"}};
  if (interpreter && interpreter->prefix != interpreter->base_prefix)
    values["VIRTUAL_ENV"] = interpreter->prefix;
  for (const char* place : k_data_places) {
    const std::string value = variable(place);
    if (!value.empty() && value.find('\n') == std::string::npos) values[place] = value;
  }
  if (const std::string data = scikit_learn_data(lab); !values.contains("SCIKIT_LEARN_DATA") && !data.empty())
    values["SCIKIT_LEARN_DATA"] = data;
  return values;
}

/// The reverse of sealed_environment().
std::map<std::string, std::string> recorded_part(const std::string& text, const fs::path& lab) {
  std::map<std::string, std::string> values;
  for (const std::string_view line : split_lines(text)) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    values[std::string(line.substr(0, equals))] =
        replace_all(std::string(line.substr(equals + 1)), "<lab>", lab.string());
  }
  return values;
}

}  // namespace

Environment judge_environment(const JudgeSurroundings& surroundings) {
  std::map<std::string, std::string> values = surroundings.recorded.empty()
                                                  ? fixed_part(surroundings.interpreter, surroundings.lab)
                                                  : recorded_part(surroundings.recorded, surroundings.lab);
  if (!surroundings.private_folder.empty()) {
    values["HOME"] = surroundings.private_folder.string();
    values["TMPDIR"] = surroundings.private_folder.string();
  }
  values["LEANLAB_SEED"] = std::to_string(surroundings.seed);
  values["LEANLAB_LAB"] = surroundings.lab.string();
  return {values.begin(), values.end()};
}

bool is_data_place(const std::string& name) {
  return std::find(k_data_places.begin(), k_data_places.end(), name) != k_data_places.end();
}

std::string sealed_environment(const std::optional<Interpreter>& interpreter, const fs::path& lab) {
  std::string text;
  for (const auto& [name, value] : fixed_part(interpreter, lab)) text += name + "=" + value + "\n";
  // A lab may be moved with its project: its own folder is no part of what a score depends on.
  return replace_all(text, lab.string(), "<lab>");
}

}  // namespace leanlab::lab
