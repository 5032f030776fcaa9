// Waking Director and Critic, and holding them to their own file.
#include "metric/steering.h"

#include <algorithm>
#include <map>
#include <optional>

#include <nlohmann/json.hpp>

#include "base/crash_point.h"
#include "base/hash.h"
#include "base/strings.h"
#include "lab/prompts.h"
#include "metric/reach.h"
#include "metric/workspace.h"

namespace leanlab::metric {

namespace {

constexpr std::size_t k_longest_notes = 64u << 10;
constexpr std::uint64_t k_shown = 5;
constexpr std::size_t k_guarded_bytes = 8u << 20;  // of one file; larger ones are only proved

const char* title(agent::Role role) {
  return role == agent::Role::director ? "Director" : "Critic";
}

/// Path (relative) to hash of everything below a folder; links and devices have a word instead.
std::map<std::string, std::string> fingerprint(const fs::path& folder) {
  std::map<std::string, std::string> found;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const auto status = it->symlink_status(error);
    if (fs::is_directory(status)) continue;
    std::string mark = "not a regular file";
    if (fs::is_regular_file(status)) {
      const auto hash = sha256_file(it->path());
      mark = hash ? *hash : "unreadable";
    }
    found[it->path().lexically_relative(folder).string()] = mark;
  }
  return found;
}

/// A fingerprint as a turn's note keeps it.
std::vector<std::string> to_lines(const std::map<std::string, std::string>& found) {
  std::vector<std::string> lines;
  for (const auto& [name, mark] : found) lines.push_back(fmt::format("{}\n{}", mark, name));
  return lines;
}

std::map<std::string, std::string> from_lines(const std::vector<std::string>& lines) {
  std::map<std::string, std::string> found;
  for (const std::string& line : lines) {
    const std::size_t end = line.find('\n');
    if (end != std::string::npos) found[line.substr(end + 1)] = line.substr(0, end);
  }
  return found;
}

/// What differs between two, without `own` and without what interpreters leave behind.
std::vector<std::string> differences(const std::map<std::string, std::string>& before,
                                     const std::map<std::string, std::string>& after,
                                     const std::string& own) {
  std::vector<std::string> names;
  for (const auto& [name, hash] : after) {
    const auto known = before.find(name);
    if (known == before.end() || known->second != hash) names.push_back(name);
  }
  for (const auto& [name, hash] : before) {
    if (!after.contains(name)) names.push_back(name);
  }
  std::erase_if(names, [&](const std::string& name) {
    return name == own || name.find("__pycache__") != std::string::npos;
  });
  return names;
}

}  // namespace

/// The lab's own files before a turn, so that what the turn did to them is found and undone.
class Steering::Guard {
 public:
  explicit Guard(const Session& session) : session_(session) {
    std::error_code error;
    for (fs::directory_iterator it(session.place.folder, error), end; !error && it != end;
         it.increment(error)) {
      if (it->is_regular_file(error) && !it->is_symlink(error)) remember(it->path().filename().string());
    }
    for (const lab::SealedFile& file : session.seal.files) {
      if (!file.link && fs::path(file.path).is_relative()) remember(file.path);
    }
  }

  /// Puts back what changed; its names. Errors: io, no_space.
  Result<std::vector<std::string>> undo() const {
    std::vector<std::string> undone;
    for (const auto& [name, kept] : files_) {
      const fs::path path = session_.place.folder / name;
      const auto now = read_file(path, k_guarded_bytes);
      std::error_code error;
      if (now && *now == kept.text && fs::is_regular_file(fs::symlink_status(path, error))) continue;
      if (now) {  // kept, should it have been a person's edit
        TRY(session_.book->blobs().put(*now));
      }
      TRY(remove_tree(path));
      TRY(make_directories(path.parent_path()));
      TRY(write_file(path, kept.text, Durability::fsynced, kept.mode), "putting back {}", name);
      undone.push_back(name);
    }
    return undone;
  }

 private:
  struct Kept {
    std::string text;
    unsigned mode;
  };
  void remember(const std::string& name) {
    if (name == session_.config.results_file || name.starts_with(session_.config.experiments_dir + "/"))
      return;
    const fs::path path = session_.place.folder / name;
    std::error_code error;
    auto text = read_file(path, k_guarded_bytes);
    if (text) files_[name] = {std::move(*text), static_cast<unsigned>(fs::status(path, error).permissions())};
  }

  const Session& session_;
  std::map<std::string, Kept> files_;
};

Steering::Steering(Session& session, const Team& team, Turns& turns, std::uint64_t seed,
                   const lab::Tally& tally)
    : session_(session),
      team_(team),
      turns_(turns),
      seed_(seed),
      scored_(tally.scored),
      players_{{agent::Role::critic, session.config.critic_every, tally.critic_at},
               {agent::Role::director, session.config.director_every, tally.director_at}} {}

Status Steering::after(const lab::Experiment& recorded) {
  std::vector<Player*> due;
  std::uint64_t scored = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!recorded.value) return {};
    scored = ++scored_;
    for (Player& player : players_) {
      if (player.awake || !is_due(player, scored)) continue;
      player.awake = true;
      player.woken_at = scored;
      due.push_back(&player);
    }
  }
  Status done;
  for (Player* player : due) {
    if (done) done = wake(*player, scored);
    const std::lock_guard lock(mutex_);
    player->awake = false;
  }
  return done;
}

Result<fs::path> Steering::make_folder(agent::Role role, std::uint64_t scored) {
  const fs::path folder = session_.place.state / "work" / fmt::format("{}-{}", agent::name(role), scored);
  const fs::path experiments = folder / session_.config.experiments_dir;
  TRY(remove_tree(folder));
  TRY(make_directories(experiments));
  std::error_code error;
  for (const char* name : {"task.md", "README.md", "Director_Notes.md", "Critic_Feedback.md"}) {
    if (fs::is_regular_file(session_.place.folder / name, error))
      TRY(copy_for_agent(session_.place.folder / name, folder / name));
  }
  TRY_ASSIGN(auto shown, session_.book->query({.limit = k_shown, .order = lab::Query::Order::best}));
  TRY_ASSIGN(const auto newest, session_.book->query({.limit = k_shown, .order = lab::Query::Order::newest}));
  shown.insert(shown.end(), newest.begin(), newest.end());
  for (const lab::Experiment& experiment : shown)
    TRY(bring(session_, experiment, experiments / fs::path(experiment.file).filename()));
  return folder;
}

Status Steering::wake(Player& player, std::uint64_t scored) {
  agent::Agent* agent = team_.player(player.role, seed_, scored);
  if (agent == nullptr) return {};
  const std::lock_guard one_at_a_time(turn_);
  TRY_ASSIGN(const fs::path folder, make_folder(player.role, scored));
  TRY_ASSIGN(std::string prompt,
             lab::steering_prompt({session_.place, session_.config, *session_.book}, player.role));
  session_.inform(
      fmt::format("the {} ({}) reads {} scored experiments", title(player.role), agent->describe(), scored));
  agent::TurnRequest request;
  request.role = player.role;
  request.prompt = std::move(prompt);
  request.workspace = folder;
  request.experiments_dir = session_.config.experiments_dir;
  request.seed = seed_;
  request.proposal = scored;
  request.limit = session_.config.agent_limit;
  set_reach(session_, request);
  const auto tell_pause = [this](const agent::Pause& pause) {
    if (pause.begins) session_.warn(fmt::format("{}: {}", pause.agent, agent::describe(pause)));
  };
  const Guard guard(session_);
  const auto before = fingerprint(folder);
  const Workspace copy{folder, {}, {}, to_lines(before)};
  const auto taken =
      turns_.take(*agent, std::move(request), TurnPurpose{scored, folder, &copy, {}, tell_pause});
  crash_point("steering.ended");
  Trespass trespass;
  TRY_ASSIGN(trespass.in_lab, guard.undo());
  Status done;
  if (taken) {
    trespass.in_copy = differences(before, fingerprint(folder), lab::file_of(player.role));
    done = take_over(player.role, folder, trespass, *taken, scored, Taken::now);
  } else if (taken.error().code == ErrorCode::interrupted) {
    done = fail(taken.error());
  } else {
    session_.warn(fmt::format("the {} wrote nothing: {}", title(player.role), one_line(taken.error())));
  }
  if (done) TRY(drop_note(note_of(folder)));
  if (!trespass.in_lab.empty()) TRY(session_.prove(), "after the turn of the {}", title(player.role));
  TRY(remove_tree(folder.string() + ".home"));
  TRY(remove_tree(folder));
  return done;
}

Status Steering::take_again(const std::string& role) {
  for (Player& player : players_) {
    if (role != agent::name(player.role) || !is_due(player, scored_)) continue;
    player.woken_at = scored_;
    TRY(wake(player, scored_));
  }
  return {};
}

Status Steering::recover(const KeptTurn& kept) {
  const auto player = std::find_if(players_.begin(), players_.end(), [&](const Player& each) {
    return kept.record.role == agent::name(each.role);
  });
  const std::uint64_t scored = kept.record.attempt;
  const fs::path& folder = kept.workspace.folder;
  if (player != players_.end() && scored > player->woken_at) {  // else its text was taken over
    session_.inform(
        fmt::format("what the {} wrote in a run that was cut off is taken over, not paid for again",
                    title(player->role)));
    const Trespass trespass{
        differences(from_lines(kept.workspace.before), fingerprint(folder), lab::file_of(player->role)), {}};
    TRY(take_over(player->role, folder, trespass, {kept.turn, kept.record}, scored, Taken::again));
    player->woken_at = scored;
  }
  TRY(drop_note(note_of(folder)));
  TRY(remove_tree(folder.string() + ".home"));
  return remove_tree(folder);
}

void Steering::report(agent::Role role, const Trespass& trespass, const std::string& turn) {
  const auto tell = [&](const std::vector<std::string>& names, const char* where) {
    if (names.empty()) return;
    session_.warn(fmt::format("the {} also changed {} {}: undone (leanlab log {}/{})", title(role),
                              clip(fmt::format("{}", fmt::join(names, ", ")), 300), where,
                              session_.place.name, turn));
  };
  tell(trespass.in_copy, "in its copy");
  tell(trespass.in_lab, "of the lab");
}

Status Steering::take_over(agent::Role role, const fs::path& folder, const Trespass& trespass,
                           const TakenTurn& taken, std::uint64_t scored, Taken when) {
  report(role, trespass, taken.record.id);
  const char* file = lab::file_of(role);
  std::error_code error;
  std::string refusal, text, version;
  if (!fs::is_regular_file(fs::symlink_status(folder / file, error))) {
    refusal = fmt::format("it wrote no {}", file);
  } else if (auto read = read_file(folder / file, k_longest_notes); !read) {
    refusal = fmt::format("{} is longer than {}", file, human_bytes(k_longest_notes));
  } else {
    text = repair_utf8(*read);
    const auto old = read_file(session_.place.folder / file, k_longest_notes);
    if (when == Taken::now && old && *old == text) refusal = fmt::format("it left {} as it was", file);
  }
  if (refusal.empty()) {
    TRY_ASSIGN(version, session_.book->blobs().put(text), "keeping {}", file);
    TRY(write_file(session_.place.folder / file, text, Durability::fsynced), "writing {}", file);
    crash_point("steering.written");
    session_.inform(fmt::format("the {} rewrote {}", title(role), file));
  } else {
    session_.warn(fmt::format("the {} wrote nothing: {}", title(role), refusal));
  }
  return session_.book->record_event("steered",
                                     Json{{"role", agent::name(role)},
                                          {"turn", taken.record.id},
                                          {"scored", scored},
                                          {"file", file},
                                          {"sha256", version.empty() ? Json(nullptr) : Json(version)},
                                          {"refused", refusal.empty() ? Json(nullptr) : Json(refusal)},
                                          {"undone_in_copy", trespass.in_copy},
                                          {"undone_in_lab", trespass.in_lab}});
}

}  // namespace leanlab::metric
