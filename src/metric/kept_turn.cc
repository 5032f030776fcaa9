// Noting turns, and finding them again.
#include "metric/kept_turn.h"

#include <nlohmann/json.hpp>

#include "base/fs.h"

namespace leanlab::metric {

namespace {

constexpr int k_version = 1;

/// The turn of a note that says "done"; none: it was under way, or the note is not one of ours.
std::optional<KeptTurn> kept_of(const Json& note, const fs::path& folder) {
  std::error_code error;
  if (text_of(note, "state") != "done" || !fs::is_directory(folder, error)) return std::nullopt;
  KeptTurn kept;
  kept.workspace.folder = folder;
  kept.workspace.parent_file = text_of(note, "parent_file");
  kept.workspace.suggested_file = text_of(note, "suggested_file");
  if (const auto before = note.find("before"); before != note.end() && before->is_array()) {
    for (const Json& name : *before)
      if (name.is_string()) kept.workspace.before.push_back(name.get<std::string>());
  }
  kept.agent = text_of(note, "agent");
  kept.parent = text_of(note, "parent");
  if (const auto record = note.find("turn"); record != note.end())
    kept.record = lab::turn_from_record(*record);
  kept.turn.reply = text_of(note, "reply");
  kept.turn.cost_usd = kept.record.cost_usd;
  kept.turn.tokens = kept.record.tokens;
  if (!kept.record.session.empty()) kept.turn.session = kept.record.session;
  if (!kept.record.model.empty()) kept.turn.model = kept.record.model;
  return kept;
}

}  // namespace

fs::path note_of(const fs::path& folder) {
  return folder.parent_path() / (folder.filename().string() + ".json");
}

Status note_start(const fs::path& note, const lab::TurnRecord& record) {
  // Not flushed: after a power loss the turn was not paid for twice, only its mention is gone.
  return write_file(
      note, to_line(Json{{"version", k_version}, {"state", "under way"}, {"turn", lab::to_record(record)}}));
}

Status note_end(const fs::path& note, const KeptTurn& kept) {
  const Json json{{"version", k_version},
                  {"state", "done"},
                  {"agent", kept.agent},
                  {"parent", kept.parent},
                  {"parent_file", kept.workspace.parent_file},
                  {"suggested_file", kept.workspace.suggested_file},
                  {"before", kept.workspace.before},
                  {"reply", kept.turn.reply},
                  {"turn", lab::to_record(kept.record)}};
  return write_file(note, to_line(json), Durability::fsynced);
}

Status drop_note(const fs::path& note) {
  std::error_code error;
  fs::remove(note, error);
  if (error) return fail(errno_error(error.value(), "cannot remove " + note.string()));
  return {};
}

Result<LeftTurns> sort_work(const lab::Place& place) {
  const fs::path work = place.state / "work";
  const fs::path sorted = place.state / "work.sorted";
  LeftTurns left;
  std::error_code error;
  // A crash in here leaves `work.sorted` with some of the kept turns: they go back first.
  if (fs::exists(sorted, error)) {
    TRY(make_directories(work));
    TRY_ASSIGN(const auto names, list_directory(sorted));
    for (const std::string& name : names) fs::rename(sorted / name, work / ("again-" + name), error);
    TRY(remove_tree(sorted));
  }
  TRY(make_directories(work));
  TRY(make_directories(sorted));
  TRY_ASSIGN(const auto names, list_directory(work));
  for (const std::string& name : names) {
    if (!name.ends_with(".json")) continue;
    const auto note = read_json((work / name).string());
    if (!note || !note->is_object()) continue;
    const fs::path folder = work / name.substr(0, name.size() - 5);
    auto kept = kept_of(*note, folder);
    if (!kept) {
      if (const auto record = note->find("turn"); record != note->end())
        left.cut_off.push_back(lab::turn_from_record(*record));
      continue;
    }
    const std::string fresh = "kept-" + std::to_string(left.kept.size() + 1);
    fs::rename(folder, sorted / fresh, error);
    if (error) return fail(errno_error(error.value(), "cannot move " + folder.string()));
    fs::rename(work / name, sorted / (fresh + ".json"), error);
    if (error) return fail(errno_error(error.value(), "cannot move " + name));
    std::error_code none;  // a turn need not have a home
    fs::rename(folder.string() + ".home", sorted / (fresh + ".home"), none);
    kept->workspace.folder = work / fresh;
    left.kept.push_back(std::move(*kept));
  }
  TRY(remove_tree(work));
  fs::rename(sorted, work, error);
  if (error) return fail(errno_error(error.value(), "cannot move " + sorted.string()));
  return left;
}

}  // namespace leanlab::metric
