// Everything goes through our own binary, as a user would call it: what this proves is what a user has.
#include "redteam/field.h"

#include <algorithm>
#include <cstdlib>

#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/json.h"
#include "base/process.h"
#include "base/strings.h"

extern char** environ;

namespace leanlab::redteam {

namespace {

constexpr std::chrono::seconds k_patience{300};  // for one submission; its own limits are far below
constexpr double k_quick_seconds = 4;
constexpr const char* k_quick = "-quick";
// What the engine writes, and the folder that attacks are put into by us.
const std::vector<std::string>& engine_files() {
  static const std::vector<std::string> files{".leanlab/state"};
  return files;
}

/// Our environment, in a home of its own, so that no anchor of a throwaway book stays in the user's.
std::vector<std::pair<std::string, std::string>> environment(const fs::path& home, sandbox::Tier tier) {
  std::vector<std::pair<std::string, std::string>> values;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string name(text.substr(0, equals));
    if (name == "HOME" || name.starts_with("XDG_") || name.starts_with("LEANLAB_")) continue;
    values.emplace_back(name, std::string(text.substr(equals + 1)));
  }
  values.emplace_back("HOME", home.string());
  values.emplace_back("LEANLAB_FORCE_TIER", sandbox::name(tier));
  return values;
}

std::string without(std::string text, const std::string& part) {
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at))
    text.erase(at, part.size());
  return text;
}

/// What the record says was tried, each once: what the kernel told first. `project` is left out of paths.
std::vector<std::string> evidence(const Json& experiment, const std::string& project) {
  std::vector<std::string> pieces;
  const auto add = [&](const std::string& said) {
    std::string piece = without(without(said, project), "the experiment tried to ");
    if (std::find(pieces.begin(), pieces.end(), piece) == pieces.end()) pieces.push_back(std::move(piece));
  };
  if (const auto denied = experiment.find("denied"); denied != experiment.end() && denied->is_array()) {
    for (const Json& one : *denied)
      if (one.is_object()) add(text_of(one, "call"));
  }
  if (const auto warnings = experiment.find("warnings");
      warnings != experiment.end() && warnings->is_array()) {
    for (const Json& warning : *warnings)
      if (warning.is_string()) add(warning.get<std::string>());
  }
  return pieces;
}

/// Not below /tmp, which an experiment has for itself: a lab of a user lies elsewhere.
fs::path ground() {
  const fs::path usual = "/var/tmp";
  return ::access(usual.c_str(), W_OK) == 0 ? usual : fs::temp_directory_path();
}

Status make_socket(const fs::path& path) {
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.native().size() >= sizeof address.sun_path)
    return fail(ErrorCode::io, "{} is too long", path.string());
  path.native().copy(address.sun_path, sizeof address.sun_path - 1);
  if (!fd || ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return fail(errno_error(errno, "cannot make a socket"));
  return {};
}

}  // namespace

Result<Field> Field::make(const fs::path& corpus, sandbox::Tier tier, const Interrupt& interrupt) {
  TRY_ASSIGN(TempDirectory folder, TempDirectory::make(ground(), "leanlab-field-"));
  Field field(std::move(folder), tier, interrupt);
  TRY(make_directories(field.folder() / "home"));
  TRY(make_directories(field.home()));
  TRY(write_file(field.folder() / "project" / "neighbour.txt", "a file that no attack may change\n"));
  TRY_ASSIGN(const auto labs, list_directory(corpus / "labs"));
  for (const std::string& lab : labs) {
    TRY(field.add_lab(corpus / "labs" / lab, lab, false));
    TRY(field.add_lab(corpus / "labs" / lab, lab, true));
  }
  return field;
}

Status Field::add_lab(const fs::path& source, const std::string& name, bool quick) {
  const fs::path folder = home() / (quick ? name + k_quick : name);
  TRY(copy_tree(source, folder));
  TRY_ASSIGN(Json config, read_json(folder / "lab.json"));
  config["name"] = folder.filename().string();
  if (quick) config["limits"]["seconds"] = k_quick_seconds;
  std::error_code error;
  if (!fs::exists("/usr/bin/python3", error)) {
    for (const char* command : {"validate_cmd", "eval_cmd"})
      config[command] = replace_all(text_of(config, command), "/usr/bin/python3", "python3");
  }
  fs::permissions(folder, fs::perms::owner_all, fs::perm_options::add, error);
  fs::permissions(folder / "experiments", fs::perms::owner_all, fs::perm_options::add, error);
  TRY(write_file(folder / "lab.json", to_pretty(config)));
  TRY_ASSIGN(const Said said, leanlab({"lock", folder.filename().string()}));
  if (said.exit_code != 0)
    return fail(ErrorCode::misconfigured, "cannot lock the corpus' lab {}: {}", name, trim(said.err));
  return {};
}

Result<Field::Said> Field::leanlab(const std::vector<std::string>& words) const {
  std::vector<std::string> argv{executable_path().string(), "-C", (folder() / "project").string()};
  argv.insert(argv.end(), words.begin(), words.end());
  TRY_ASSIGN(
      ProgramOutput output,
      run_program(
          {.argv = std::move(argv), .cwd = {}, .env = environment(folder() / "home", tier_), .fds = {}},
          k_patience, interrupt_));
  return Said{output.status.exit_status, std::move(output.out), std::move(output.err)};
}

Result<Record> Field::judge(const std::string& lab, const fs::path& file) {
  TRY_ASSIGN(const Said said, leanlab({"submit", lab, "--json", "--", file.string()}));
  Record record;
  record.exit_code = said.exit_code;
  const auto view = parse_json(said.out);
  if (!view || !view->is_object()) {
    record.exit_code = said.exit_code == 0 ? exit_code(ErrorCode::internal) : said.exit_code;
    record.reason = std::string(trim(said.err));
    return record;
  }
  if (const auto error = view->find("error"); error != view->end())
    record.reason = text_of(*error, "message");
  const auto refused = view->find("refused");
  if (refused != view->end() && refused->is_array() && !refused->empty()) {
    record.status = "refused";
    record.reason = text_of(refused->front(), "reason");
  }
  const auto experiments = view->find("experiments");
  if (experiments == view->end() || !experiments->is_array() || experiments->empty()) return record;
  const Json& experiment = experiments->back();
  record.id = text_of(experiment, "id");
  record.status = text_of(experiment, "status");
  record.reason = text_of(experiment, "reason");
  record.level = text_of(experiment, "level");
  record.tier = text_of(experiment, "tier");
  if (const auto value = experiment.find("value"); value != experiment.end() && value->is_number())
    record.value = value->get<double>();
  record.evidence = evidence(experiment, (folder() / "project/").string());
  return record;
}

Result<fs::path> Field::put(const Attack& attack, const fs::path& lab, std::uint32_t time) {
  // The last line makes each copy another file.
  const std::string text = attack.text + "\n" + comment(attack.extension, std::to_string(time));
  const fs::path folder = lab / "experiments";
  const fs::path path = folder / (attack.file.empty() ? attack.name + attack.extension : attack.file);
  const std::size_t space = attack.place.find(' ');
  const std::string how = attack.place.substr(0, space);
  const std::string target = space == std::string::npos ? "" : attack.place.substr(space + 1);
  std::error_code error;
  if (how.empty()) {
    TRY(write_file(path, text));
  } else if (how == "symlink") {
    fs::create_symlink(target, path, error);
  } else if (how == "hardlink") {
    fs::create_hard_link(folder / target, path, error);
  } else if (how == "fifo") {
    if (::mkfifo(path.c_str(), 0644) != 0) return fail(errno_error(errno, "cannot make a named pipe"));
  } else if (how == "folder") {
    TRY(make_directories(path));
  } else if (how == "socket") {
    TRY(make_socket(path));
  } else if (how == "outside") {
    TRY(write_file(folder_.path() / path.filename(), text));
    return folder_.path() / path.filename();
  } else if (how == "path") {
    return folder / target;
  } else {
    return fail(ErrorCode::misconfigured, "{}: an unknown place \"{}\"", attack.name, attack.place);
  }
  if (error) return fail(errno_error(error.value(), fmt::format("cannot put {} into its lab", attack.name)));
  return path;
}

Result<Record> Field::judge_control(const std::string& lab) {
  const fs::path folder = home() / lab / "experiments";
  std::error_code error;
  const std::string extension = fs::exists(folder / "sample.py", error) ? ".py" : ".sh";
  TRY_ASSIGN(const std::string sample, read_file(folder / ("sample" + extension)));
  const fs::path file = folder / fmt::format("control-{}{}", ++controls_, extension);
  TRY(write_file(file, sample + "\n" + comment(extension, fmt::format("control {}", controls_))));
  Result<Record> record = judge(lab, file);
  TRY(remove_tree(file));
  return record;
}

Result<double> Field::reference(const std::string& lab) {
  const auto known = std::find_if(references_.begin(), references_.end(),
                                  [&](const auto& pair) { return pair.first == lab; });
  if (known != references_.end()) return known->second;
  TRY_ASSIGN(const Record record, judge_control(lab));
  if (!record.value)
    return fail(Error(ErrorCode::misconfigured,
                      fmt::format("the honest program of the lab {} gets no score in tier {}: {}", lab,
                                  sandbox::name(tier_), record.reason)));
  // Nothing hostile is started before this: a sandbox weaker than the one that was asked for would let it reach this machine.
  TRY_ASSIGN(const Json config, read_json((home() / lab / "lab.json").string()));
  if (record.tier != sandbox::name(tier_) || record.level != text_of(config, "judge"))
    return fail(ErrorCode::internal, "the lab {} was judged at level {}, tier {}, not in tier {}", lab,
                record.level, record.tier, sandbox::name(tier_));
  references_.emplace_back(lab, *record.value);
  return *record.value;
}

Result<std::string> Field::screen_objection(const std::string& id) const {
  // `log` and `--json` give every byte to a file; only a terminal gets them escaped.
  TRY_ASSIGN(const Said said, leanlab({"show", id}));
  const std::string text = said.out + said.err;
  const bool unsafe = std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
  });
  if (unsafe || text.find("\xc2\x9b") != std::string::npos)
    return std::string("`leanlab show` prints its escape sequences");
  return std::string();
}

Tree Field::tree() const {
  return look_at(folder() / "project", engine_files());
}

Result<std::string> Field::try_once(const Attack& attack, const std::string& lab, std::uint32_t time,
                                    Record& record) {
  TRY_ASSIGN(const double honest, reference(lab));  // first: it proves the tier
  TRY_ASSIGN(const fs::path file, put(attack, home() / lab, time));
  const Tree before = tree();
  TRY_ASSIGN(record, judge(lab, file));
  std::vector<std::string> left = differences(before, tree());
  std::erase_if(left, [](const std::string& what) { return what.ends_with("/results.jsonl"); });
  if (attack.place.starts_with("path")) {
    // The file is the lab's own.
  } else {
    TRY(remove_tree(file));
  }
  for (std::string& trace : find_traces(folder())) left.push_back(std::move(trace));
  std::string wrong = objection(attack, record, honest);
  if (wrong.empty() && !left.empty()) wrong = fmt::format("left behind: {}", fmt::join(left, ", "));
  if (wrong.empty() && !record.id.empty()) {
    TRY_ASSIGN(wrong, screen_objection(record.id));
  }
  if (!wrong.empty()) return wrong;
  TRY_ASSIGN(const Record next, judge_control(lab));
  if (!next.value || *next.value != honest)
    return fmt::format("the next experiment got {} in place of {}",
                       next.value ? number(*next.value) : next.status + ": " + next.reason, number(honest));
  return std::string();
}

Result<Outcome> Field::attempt(const Attack& attack, const std::string& lab) {
  Outcome outcome = outcome_of(attack, tier_);
  Record record;
  std::string wrong;
  for (std::uint32_t time = 1; time <= attack.times && wrong.empty(); ++time) {
    TRY_ASSIGN(wrong, try_once(attack, attack.quick ? lab + k_quick : lab, time, record), "trying {}",
               attack.name);
  }
  outcome.held = wrong.empty();
  outcome.seen = record.evidence;
  outcome.what = wrong.empty() ? describe(attack, record) : printable(wrong);
  return outcome;
}

Status Field::verify() {
  TRY_ASSIGN(const Said said, leanlab({"verify"}));
  if (said.exit_code == 0) return {};
  return fail(ErrorCode::integrity, "`leanlab verify` after all attacks: {}", trim(said.out + said.err));
}

}  // namespace leanlab::redteam
