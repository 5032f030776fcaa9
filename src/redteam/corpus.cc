// A header is the run of "# key: value" (or "// key: value") lines at a file's beginning. An unknown key is an error: it would be a test that
// does less than it says.
#include "redteam/corpus.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <tuple>

#include <nlohmann/json.hpp>

#include "base/fs.h"
#include "base/json.h"
#include "base/strings.h"

namespace leanlab::redteam {

namespace {

constexpr std::array k_musts{Must::unmoved,   Must::invalid, Must::either, Must::refused,
                             Must::contained, Must::better,  Must::close};
constexpr std::array k_extensions{".py", ".sh", ".js", ".cc"};
constexpr const char* k_honest_group = "honest programs";

using Header = std::map<std::string, std::string>;

Header read_header(const std::string& text) {
  Header header;
  for (const std::string_view line : split_lines(text)) {
    const std::size_t start = line.starts_with("# ") ? 2 : (line.starts_with("// ") ? 3 : 0);
    const std::size_t colon = line.find(": ");
    if (start == 0 || colon == std::string_view::npos) break;
    header.emplace(std::string(line.substr(start, colon - start)), std::string(trim(line.substr(colon + 2))));
  }
  return header;
}

std::string take(Header& header, const std::string& key) {
  const auto found = header.find(key);
  if (found == header.end()) return {};
  std::string value = std::move(found->second);
  header.erase(found);
  return value;
}

Result<std::string> file_name_of(const std::string& quoted) {
  if (quoted.empty()) return std::string();
  TRY_ASSIGN(const Json value, parse_json(quoted));
  if (!value.is_string()) return fail(ErrorCode::misconfigured, "\"file\" is no quoted text");
  return value.get<std::string>();
}

}  // namespace

const char* name(Must must) {
  switch (must) {
    case Must::unmoved:
      return "unmoved";
    case Must::invalid:
      return "invalid";
    case Must::either:
      return "either";
    case Must::refused:
      return "refused";
    case Must::contained:
      return "contained";
    case Must::better:
      return "better";
    case Must::close:
      return "close";
  }
  return "";
}

std::string comment(const std::string& extension, const std::string& text) {
  return (extension == ".js" || extension == ".cc" ? "// " : "# ") + text + "\n";
}

Result<Attack> parse_attack(const std::string& text, const std::string& file_name) {
  const auto wrong = [&](const std::string& what) {
    return fail(ErrorCode::misconfigured, "{}: {}", file_name, what);
  };
  Header header = read_header(text);
  Attack attack;
  attack.text = text;
  attack.extension = fs::path(file_name).extension().string();
  attack.honest = header.contains("honest");
  attack.name = take(header, attack.honest ? "honest" : "attack");
  attack.group = attack.honest ? k_honest_group : take(header, "class");
  attack.tries = take(header, attack.honest ? "shows" : "tries");
  const std::string must = take(header, "must");
  attack.lab = take(header, "lab");
  attack.needs = take(header, "needs");
  attack.place = take(header, "place");
  attack.quick = take(header, "quick") == "yes";
  const std::string times = take(header, "repeat");
  TRY_ASSIGN(attack.file, file_name_of(take(header, "file")), "reading {}", file_name);
  if (!header.empty()) return wrong("an unknown key \"" + header.begin()->first + "\"");
  if (attack.name != fs::path(file_name).stem().string()) return wrong("its name is not that of its file");
  if (attack.group.empty() || attack.tries.empty()) return wrong("class and what it tries are missing");
  const auto known =
      std::find_if(k_musts.begin(), k_musts.end(), [&](Must one) { return name(one) == must; });
  if (known == k_musts.end())
    return wrong("\"must\" is none of unmoved, invalid, either, refused, contained");
  attack.must = *known;
  if (!times.empty() &&
      (std::from_chars(times.data(), times.data() + times.size(), attack.times).ec != std::errc() ||
       attack.times == 0))
    return wrong("\"repeat\" is no count");
  return attack;
}

Result<std::vector<Attack>> load_corpus(const fs::path& folder) {
  std::vector<Attack> corpus;
  for (const char* part : {"attacks", "honest"}) {
    TRY_ASSIGN(const auto names, list_directory(folder / part));
    for (const std::string& file : names) {
      if (std::find(k_extensions.begin(), k_extensions.end(), fs::path(file).extension()) ==
          k_extensions.end())
        continue;
      TRY_ASSIGN(const std::string text, read_file(folder / part / file));
      TRY_ASSIGN(Attack attack, parse_attack(text, file));
      corpus.push_back(std::move(attack));
    }
  }
  std::sort(corpus.begin(), corpus.end(), [](const Attack& a, const Attack& b) {
    return std::tie(a.honest, a.group, a.name) < std::tie(b.honest, b.group, b.name);
  });
  return corpus;
}

Result<fs::path> bundled_corpus() {
  std::error_code error;
  // Installed: <prefix>/bin/leanlab and <prefix>/share/leanlab/redteam. Build tree: build/dev/… in the sources.
  for (fs::path folder = executable_path().parent_path();; folder = folder.parent_path()) {
    for (const fs::path& corpus : {folder / "share" / "leanlab" / "redteam", folder / "redteam"}) {
      if (fs::is_directory(corpus / "attacks", error)) return corpus;
    }
    if (!folder.has_relative_path()) break;
  }
  return fail(Error(ErrorCode::misconfigured,
                    fmt::format("the corpus of attacks is not found beside {}", executable_path().string()))
                  .then("install leanlab again, with its share folder"));
}

}  // namespace leanlab::redteam
