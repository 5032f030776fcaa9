// A turn of the fixer, and what is taken over from it.
#include "metric/fixer.h"

#include <algorithm>
#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "base/fs.h"
#include "base/strings.h"
#include "lab/book.h"
#include "lab/prompts.h"
#include "lab/seal.h"
#include "lab/tally.h"
#include "metric/lab_lock.h"
#include "metric/lone_turn.h"

namespace leanlab::metric {

namespace {

constexpr std::chrono::minutes k_mend_limit{30};
constexpr std::size_t k_largest_lab_file = 4u << 20;

/// The files of a lab that a fixer sees: all but results, experiments (the sample is one of its), notes and caches.
bool is_shown(const std::string& name) {
  if (name.starts_with('.') || name.find("__pycache__") != std::string::npos) return false;
  if (name == "results.jsonl" || name == "Director_Notes.md" || name == "Critic_Feedback.md") return false;
  return !name.starts_with("experiments/") || fs::path(name).stem() == "sample";
}

std::map<std::string, std::string> texts_of(const fs::path& folder) {
  std::map<std::string, std::string> texts;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (!fs::is_regular_file(it->symlink_status(error))) continue;
    const std::string name = it->path().lexically_relative(folder).string();
    if (auto text = read_file(it->path(), k_largest_lab_file)) texts[name] = std::move(*text);
  }
  return texts;
}

std::string prompt_of(const lab::Place& place, const std::string& role, const std::vector<lab::Check>& failed,
                      bool locked) {
  std::string lines;
  for (const lab::Check& check : failed) lines += fmt::format("- {}: {}\n", check.name, check.message);
  std::string prompt = fmt::format("You are the FIXER of the lab {}.\n\n{}\n\n# Checks that failed\n{}",
                                   place.name, role, lab::fenced("checks", lab::at_most(lines, 32u << 10)));
  if (locked)
    prompt +=
        "\nThe lab is locked: the evaluator, the validator and their data stay as they are; changes to them "
        "are dropped.\n";
  return prompt +
         "\n# What to hand in\nMend the files in this folder. End with this object on a line of its own:\n"
         "{\"mended\": true, \"summary\": \"one line: what was wrong and what you changed\"}\n";
}

/// The files that the seal covers; empty for an unlocked lab.
Result<std::set<std::string>> sealed_files(const lab::Place& place) {
  TRY_ASSIGN(const auto seal, lab::current_lock(place));
  std::set<std::string> names;
  if (seal)
    for (const lab::SealedFile& file : seal->files) names.insert(file.path);
  return names;
}

Status record(const lab::Place& place, const Json& body, const LoneTurn& turn, const Clock& clock) {
  TRY_ASSIGN(const lab::Config config, lab::load_config(place.folder));
  TRY_ASSIGN(const auto book, lab::Book::open(place, config, lab::Book::Mode::write, clock));
  TRY(record_turn(*book, turn));
  return book->record_event("mended", body);
}

}  // namespace

Result<Mended> mend_lab(const lab::Project& project, const lab::Place& place,
                        const std::vector<lab::Check>& failed, agent::Agent& agent, const std::string& driver,
                        const Clock& clock, const Interrupt& interrupt) {
  TRY(lab::prepare_state(project));
  TRY_ASSIGN(const FileLock held, lock_lab(place, "fix", clock));
  TRY_ASSIGN(const auto sealed, sealed_files(place));
  TRY_ASSIGN(const std::string role, lab::role_text(place, "fixer"));
  TRY_ASSIGN(const TempDirectory temporary, TempDirectory::make());
  const fs::path folder = temporary.path() / "lab";
  auto before = texts_of(place.folder);
  std::erase_if(before, [](const auto& file) { return !is_shown(file.first); });
  for (const auto& [name, text] : before) {
    std::error_code error;
    TRY(make_directories((folder / name).parent_path()));
    const auto mode = static_cast<unsigned>(fs::status(place.folder / name, error).permissions()) | 0600u;
    TRY(write_file(folder / name, text, Durability::fast, mode));
  }
  agent::TurnRequest request;
  request.role = agent::Role::fixer;
  request.prompt = prompt_of(place, role, failed, !sealed.empty());
  request.workspace = folder;
  request.experiments_dir = "experiments";
  request.limit = k_mend_limit;
  TRY_ASSIGN(const LoneTurn taken, take_lone_turn(agent, std::move(request), project, interrupt),
             "mending {}", place.name);

  Mended mended;
  for (const auto& [name, text] : texts_of(folder)) {
    const auto old = before.find(name);
    if (old != before.end() && old->second == text) continue;
    if (sealed.contains(name) || !is_shown(name)) {
      mended.refused.push_back(name);
      continue;
    }
    TRY(make_directories((place.folder / name).parent_path()));
    std::error_code error;
    const bool there = fs::exists(place.folder / name, error);
    const auto mode =
        there ? static_cast<unsigned>(fs::status(place.folder / name, error).permissions()) : 0644u;
    TRY(write_file(place.folder / name, text, Durability::fsynced, mode), "writing {}", name);
    mended.changed.push_back(name);
  }
  // A lab.json that is still wrong has no book to write to; the next round tells.
  static_cast<void>(record(place,
                           Json{{"turn", taken.record.id},
                                {"driver", driver},
                                {"changed", mended.changed},
                                {"refused", mended.refused}},
                           taken, clock));
  if (taken.turn.end != agent::TurnEnd::done) return fail(ErrorCode::goal_not_met, "{}", taken.turn.failure);
  return mended;
}

}  // namespace leanlab::metric
