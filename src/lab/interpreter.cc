// Resolving commands to real programs, by asking interpreters who they are.
#include "lab/interpreter.h"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <set>

#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/json.h"
#include "base/process.h"
#include "base/strings.h"

namespace leanlab::lab {

namespace {

using Words = std::vector<std::string>;

constexpr std::chrono::seconds k_answer_limit{10};
constexpr const char* k_question =
    "import sys, json; print(json.dumps({'program': sys.executable, 'version': '%d.%d.%d' % "
    "sys.version_info[:3],"
    " 'prefix': sys.prefix, 'base_prefix': sys.base_prefix, 'search_path': [p for p in sys.path if p]}))";

std::string base_name(const std::string& word) {
  return word.substr(word.rfind('/') + 1);
}

/// python, python3, python3.11, pypy3: by the name alone.
bool is_python(const std::string& word) {
  std::string name = base_name(word);
  for (const std::string stem : {"python", "pypy"}) {
    if (name.starts_with(stem) && name.find_first_not_of("0123456789.", stem.size()) == std::string::npos)
      return true;
  }
  return false;
}

/// A command is run without a shell: what only a shell knows is no program.
bool is_of_the_shell(const std::string& word) {
  static const std::set<std::string> k_words{"cd",   "export", "source", ".",    "set",   "ulimit",
                                             "eval", "exec",   "if",     "for",  "while", "(",
                                             "{",    "!",      "alias",  "umask"};
  return k_words.contains(word) || word.find('=') != std::string::npos;
}

std::string how_to_install(const std::string& program) {
  if (is_of_the_shell(program))
    return "commands are run without a shell: write sh -c '...' around it, or call the program directly";
  static const std::map<std::string, std::string> k_packages{
      {"python3", "python3"}, {"python", "python3"}, {"node", "nodejs"}, {"npm", "npm"},
      {"g++", "g++"},         {"gcc", "gcc"},        {"make", "make"},   {"cmake", "cmake"},
      {"git", "git"},         {"Rscript", "r-base"}, {"julia", "julia"}, {"java", "default-jdk"},
      {"go", "golang"},       {"cargo", "cargo"},    {"perl", "perl"},   {"ruby", "ruby"},
      {"bash", "bash"},       {"php", "php-cli"},    {"lua", "lua5.4"}};
  const auto found = k_packages.find(program);
  if (found != k_packages.end()) return fmt::format("install it (on Debian: apt install {})", found->second);
  return fmt::format("install {}, or name another program in lab.json", program);
}

/// Where programs are looked up.
struct Where {
  fs::path folder;   ///< the lab's: relative programs
  std::string path;  ///< PATH; empty: ours
  [[nodiscard]] fs::path on_path(const std::string& word) const {
    return find_program(word, path.empty() ? nullptr : path.c_str());
  }
};

/// Our environment with that PATH.
std::optional<std::vector<std::pair<std::string, std::string>>> environment_with(const std::string& path) {
  if (path.empty()) return std::nullopt;
  std::vector<std::pair<std::string, std::string>> result{{"PATH", path}};
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos && !text.starts_with("PATH="))
      result.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return result;
}

/// The program's file: bare names on PATH, others from the lab's folder.
Result<fs::path> find(const std::string& word, const Where& where) {
  const fs::path& folder = where.folder;
  if (word.find('/') == std::string::npos) {
    if (const fs::path found = where.on_path(word); !found.empty()) return fs::absolute(found);
    std::string next = how_to_install(word);
    std::error_code error;
    if (fs::is_regular_file(folder / word, error))
      next = fmt::format("write ./{} to mean the lab's own file", word);
    return fail(
        Error(ErrorCode::misconfigured, fmt::format("the program \"{}\" is not on PATH", printable(word)))
            .then(next));
  }
  const fs::path file = (folder / word).lexically_normal();
  std::error_code error;
  if (!fs::exists(file, error))
    return fail(Error(ErrorCode::misconfigured, fmt::format("the program {} does not exist", file.string()))
                    .then("correct the command in lab.json, or put the program there"));
  if (find_program(file.string()).empty())
    return fail(Error(ErrorCode::misconfigured,
                      fmt::format("{} cannot be run: it is no executable file", file.string()))
                    .then("chmod +x " + join_command(Words{file.string()})));
  return file;
}

Result<Interpreter> read_answer(const std::string& text, const std::string& shown) {
  const std::vector<std::string_view> lines = split_lines(text);
  const auto answer = parse_json(lines.empty() ? "" : lines.back(), shown);
  Interpreter python;
  const auto take = [&](const char* key, std::string& target) {
    const bool there = answer && answer->is_object() && answer->contains(key) && answer->at(key).is_string();
    if (there) target = answer->at(key).get<std::string>();
    return there && !target.empty();
  };
  const bool whole = take("program", python.program) && take("version", python.version) &&
                     take("prefix", python.prefix) && take("base_prefix", python.base_prefix);
  if (!whole) return fail(ErrorCode::misconfigured, "{} does not answer like a Python interpreter", shown);
  if (answer->contains("search_path")) {
    for (const Json& entry : answer->at("search_path")) {
      if (entry.is_string()) python.search_path.push_back(entry.get<std::string>());
    }
  }
  std::error_code error;
  const fs::path real = fs::canonical(python.program, error);
  python.real = error ? python.program : real.string();
  return python;
}

/// Runs `words` with our question as a Python program; `words` end with the interpreter.
Result<Interpreter> ask(Words words, const Where& where) {
  static std::mutex mutex;
  static std::map<std::string, Interpreter> answers;
  struct stat info{};
  ::stat(words[0].c_str(), &info);
  const std::string key = fmt::format("{}\n{}\n{}\n{}.{}", join_command(words), where.folder.string(),
                                      where.path, info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
  const std::lock_guard lock(mutex);
  if (const auto known = answers.find(key); known != answers.end()) return known->second;
  const std::string shown = join_command(words);
  words.insert(words.end(), {"-I", "-c", k_question});
  const SpawnRequest request{
      .argv = words, .cwd = where.folder, .env = environment_with(where.path), .fds = {}};
  TRY_ASSIGN(const ProgramOutput output, run_program(request, k_answer_limit), "asking {} for its version",
             shown);
  if (!output.status.ok()) {
    const auto lines = split_lines(output.err);
    return fail(Error(ErrorCode::misconfigured,
                      fmt::format("{} does not run: {}{}", shown, output.status.describe(),
                                  lines.empty() ? "" : ": " + clip(printable(lines.back()), 160)))
                    .then("mend that interpreter, or name another one in lab.json"));
  }
  TRY_ASSIGN(Interpreter python, read_answer(output.out, shown));
  answers[key] = python;
  return python;
}

/// The index of the first word behind `uv run` and its options, or the number of words.
std::size_t behind_uv_options(const Words& words) {
  static constexpr std::array k_with_value{
      "--with",       "--python",    "-p",         "--project",           "--directory",
      "--extra",      "--group",     "--env-file", "--with-requirements", "--with-editable",
      "--package",    "--index-url", "--index",    "--extra-index-url",   "--cache-dir",
      "--config-file"};
  std::size_t i = 2;
  while (i < words.size() && words[i].starts_with('-')) {
    const bool takes_value =
        std::find(k_with_value.begin(), k_with_value.end(), words[i]) != k_with_value.end();
    if (words[i] == "--") return i + 1;
    i += takes_value ? 2 : 1;
  }
  return std::min(i, words.size());
}

/// The nearest `.venv` from the lab's folder upwards, as uv would take it.
fs::path project_python(const fs::path& folder) {
  for (fs::path at = folder;; at = at.parent_path()) {
    const fs::path python = at / ".venv" / "bin" / "python";
    if (!find_program(python.string()).empty()) return python;
    if (!at.has_relative_path()) return {};
  }
}

Result<Interpreter> resolve_python(const std::string& word, const Where& where, Words& warnings) {
  auto program = find(word, where);
  if (!program && word == "python") {
    if (const fs::path other = where.on_path("python3"); !other.empty()) program = other;
  }
  if (!program) return fail(program.error());
  auto answer = ask({program->string()}, where);
  // A pyenv shim stands for `python` even where the chosen version has none.
  if (!answer && word == "python" && !where.on_path("python3").empty()) {
    if (auto other = ask({where.on_path("python3").string()}, where); other) {
      warnings.push_back(fmt::format("{}; \"python\" is taken as {} (Python {})", answer.error().message,
                                     other->program, other->version));
      return other;
    }
  }
  return answer;
}

/// What stands in for `uv run python` when uv cannot say.
Result<Interpreter> without_uv(const std::string& why, const Where& where, Words& warnings) {
  const fs::path venv = project_python(where.folder);
  TRY_ASSIGN(Interpreter python,
             venv.empty() ? resolve_python("python3", where, warnings) : ask({venv.string()}, where));
  warnings.push_back(
      fmt::format("{}: \"uv run python\" is taken as {} (Python {})", why, python.program, python.version));
  return python;
}

/// `uv run [options] python …` and `uv run script.py …`; other programs are looked up in the project's environment.
Result<ResolvedCommand> resolve_uv(const Words& words, const Where& where) {
  ResolvedCommand result;
  const std::size_t at = behind_uv_options(words);
  if (at >= words.size()) return fail(ErrorCode::misconfigured, "\"uv run\" is not followed by a program");
  const fs::path uv = where.on_path(words[0]);
  const std::string& program = words[at];
  const bool script = program.ends_with(".py");
  if (!is_python(program) && !script) {
    const fs::path venv = project_python(where.folder);
    const fs::path local = venv.empty() ? fs::path() : venv.parent_path() / program;
    if (!uv.empty()) {
      result.argv = words;
      result.argv[0] = fs::absolute(uv).string();
      return result;
    }
    TRY_ASSIGN(const fs::path found, !local.empty() && !find_program(local.string()).empty()
                                         ? Result<fs::path>(local)
                                         : find(program, where));
    result.warnings.push_back(
        fmt::format("uv is not installed: \"uv run {}\" is taken as {}", program, found.string()));
    result.argv.assign(words.begin() + static_cast<std::ptrdiff_t>(at), words.end());
    result.argv[0] = found.string();
    return result;
  }
  Result<Interpreter> python = fail(ErrorCode::misconfigured, "uv is not installed");
  if (!uv.empty()) {
    Words question(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(at));
    question[0] = fs::absolute(uv).string();
    question.push_back(script ? "python" : program);
    python = ask(question, where);
  }
  if (!python) python = without_uv(python.error().message, where, result.warnings);
  if (!python) return fail(python.error());
  result.interpreter = *python;
  result.argv.push_back(python->program);
  result.argv.insert(result.argv.end(), words.begin() + static_cast<std::ptrdiff_t>(script ? at : at + 1),
                     words.end());
  return result;
}

/// A word that means a script, by its ending.
bool is_script(const std::string& word) {
  static constexpr std::array k_endings{".py", ".sh", ".js", ".mjs", ".cjs", ".ts", ".rb",
                                        ".R",  ".r",  ".jl", ".pl",  ".lua", ".php"};
  return !word.starts_with('-') && word.find('=') == std::string::npos &&
         word.find("{file}") == std::string::npos &&
         std::find(k_endings.begin(), k_endings.end(), fs::path(word).extension().string()) !=
             k_endings.end();
}

}  // namespace

std::string missing_script(const std::string& command, const fs::path& lab_folder) {
  const auto words = split_command(command);
  if (!words) return {};
  std::error_code error;
  const auto missing = std::find_if(words->begin(), words->end(), [&](const std::string& word) {
    return is_script(word) && !fs::exists(lab_folder / word, error);
  });
  return missing == words->end() ? "" : *missing;
}

Result<ResolvedCommand> resolve_command(const std::string& command, const std::string& file,
                                        const fs::path& lab_folder, const std::string& search_path) {
  const Where where{lab_folder, search_path};
  TRY_ASSIGN(Words words, split_command(command));
  if (words.empty()) return fail(ErrorCode::misconfigured, "the command is empty");
  for (std::string& word : words) word = replace_all(word, "{file}", file);
  if (base_name(words[0]) == "uv" && words.size() > 1 && words[1] == "run") return resolve_uv(words, where);
  ResolvedCommand result;
  result.argv = std::move(words);
  if (is_python(result.argv[0])) {
    TRY_ASSIGN(Interpreter python, resolve_python(result.argv[0], where, result.warnings));
    result.argv[0] = python.program;
    result.interpreter = std::move(python);
    return result;
  }
  TRY_ASSIGN(const fs::path program, find(result.argv[0], where));
  result.argv[0] = program.string();
  return result;
}

}  // namespace leanlab::lab
