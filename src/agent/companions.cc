// A person's folder may hold anything beside a script. Code in the script's own language is what it may need; letters, keys and data
// are shown only when sandbox.read names them.
#include "agent/companions.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>

#include "base/strings.h"

namespace leanlab::agent {

namespace {

constexpr std::size_t k_most_code = 200;

struct Language {
  std::vector<std::string> endings;
  std::vector<std::string> interpreters;  ///< as the first line of a script without an ending names them
};

const std::vector<Language>& languages() {
  static const std::vector<Language> k_languages = {
      {{".py", ".pyi"}, {"python"}},
      {{".sh", ".bash"}, {"sh", "bash", "dash", "zsh", "ksh"}},
      {{".js", ".mjs", ".cjs", ".ts", ".mts"}, {"node", "bun", "deno"}},
      {{".rb"}, {"ruby"}},
      {{".pl", ".pm"}, {"perl"}},
      {{".r", ".R"}, {"Rscript"}},
      {{".lua"}, {"lua"}},
      {{".jl"}, {"julia"}},
      {{".php"}, {"php"}},
  };
  return k_languages;
}

bool is_above(const std::string& folder, const std::string& path) {
  return (path + "/").starts_with(folder == "/" ? folder : folder + "/");
}

/// The language of a script; null: it is none.
const Language* language_of(const fs::path& script) {
  const std::string ending = script.extension().string();
  std::string named;
  if (ending.empty()) {
    std::ifstream stream(script, std::ios::binary);
    char bytes[128];
    stream.read(bytes, sizeof bytes);
    const std::string_view line = std::string_view(bytes, static_cast<std::size_t>(stream.gcount()));
    if (line.starts_with("#!")) named = std::string(line.substr(0, line.find('\n')));
  }
  for (const Language& language : languages()) {
    const auto& endings = language.endings;
    if (std::find(endings.begin(), endings.end(), ending) != endings.end()) return &language;
    for (const std::string& interpreter : language.interpreters) {
      const std::size_t at = named.find(interpreter);
      if (at != std::string::npos && (named[at - 1] == '/' || named[at - 1] == ' ')) return &language;
    }
  }
  return nullptr;
}

/// Whether a folder may be one that somebody made for programs.
bool is_somebodys_own(const fs::path& folder, const std::vector<std::string>& kept) {
  const std::string text = folder.string();
  if (std::distance(folder.begin(), folder.end()) < 3) return false;
  std::vector<fs::path> wide = {"/tmp", "/var/tmp", "/dev/shm"};
  for (const char* name : {"HOME", "TMPDIR"}) {
    if (const char* value = std::getenv(name); value != nullptr && *value == '/')
      wide.push_back(fs::path(value).lexically_normal());
  }
  if (std::any_of(wide.begin(), wide.end(),
                  [&](const fs::path& each) { return is_above(text, each.string()); }))
    return false;
  return std::none_of(kept.begin(), kept.end(),
                      [&](const std::string& each) { return is_above(text, each) || is_above(each, text); });
}

/// The code in `folder`; nothing when there is too much.
std::vector<std::string> code_in(const fs::path& folder, const Language& language) {
  std::vector<std::string> found;
  std::error_code error;
  std::size_t entries = 0;
  for (auto it = fs::directory_iterator(folder, error); it != fs::directory_iterator(); it.increment(error)) {
    if (++entries > 4 * k_most_code || found.size() > k_most_code) return {};
    const fs::path& path = it->path();
    if (path.filename().string().starts_with('.') || it->is_symlink(error)) continue;
    const std::string ending = path.extension().string();
    const bool fits =
        std::find(language.endings.begin(), language.endings.end(), ending) != language.endings.end();
    const bool manifest = language.endings.front() == ".js" && path.filename() == "package.json";
    const bool package =
        language.endings.front() == ".py" && fs::is_regular_file(path / "__init__.py", error);
    if (package || (it->is_regular_file(error) && (fits || manifest))) found.push_back(path.string());
  }
  return found;
}

}  // namespace

Companions companions_of(const std::vector<std::string>& files, const std::vector<std::string>& kept) {
  std::set<std::string> folders;
  Companions companions;
  for (const std::string& file : files) {
    std::error_code error;
    const fs::path real = fs::canonical(file, error);
    const Language* language = error ? nullptr : language_of(real);
    if (language == nullptr || !is_somebodys_own(real.parent_path(), kept)) continue;
    auto code = code_in(real.parent_path(), *language);
    if (code.empty() || !folders.insert(real.parent_path().string()).second) continue;
    companions.files.insert(companions.files.end(), code.begin(), code.end());
  }
  companions.folders.assign(folders.begin(), folders.end());
  return companions;
}

}  // namespace leanlab::agent
