// Finding turns in ledgers. The whole ledger is read: a person asks for this now and then, and no loop does.
#include "cli/sessions.h"

#include <cmath>
#include <deque>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "store/blobs.h"
#include "store/ledger.h"

namespace leanlab::cli {
namespace {

void add_steering(FoundTurn& found, const Json& body) {
  found.file = text_of(body, "file");
  found.version = text_of(body, "sha256");
  found.refused = text_of(body, "refused");
  for (const char* key : {"undone_in_copy", "undone_in_lab"}) {
    if (const auto names = body.find(key); names != body.end() && names->is_array())
      for (const Json& name : *names)
        if (name.is_string()) found.undone.push_back(name.get<std::string>());
  }
}

/// The last `most` turns that `wanted` likes.
template <class Wanted>
Result<std::deque<FoundTurn>> scan(const Context& context, const OpenLab& open, std::size_t most,
                                   Wanted wanted) {
  std::deque<FoundTurn> turns;
  std::error_code missing;
  if (!std::filesystem::exists(open.place.state / store::k_ledger_file, missing)) return turns;
  TRY_ASSIGN(const auto ledger,
             store::Ledger::open(open.place.state, store::Ledger::Mode::read_only, {}, *context.clock));
  TRY(ledger->scan({}, [&](const store::Record& record) -> Status {
    if (record.type != "turn" && record.type != "steered") return {};
    TRY_ASSIGN(const Json whole, parse_json(record.text, "ledger.jsonl"));
    const Json& body = whole.at("body");
    if (record.type == "steered") {
      for (FoundTurn& found : turns)
        if (found.turn.id == text_of(body, "turn")) add_steering(found, body);
      return {};
    }
    lab::TurnRecord turn = lab::turn_from_record(body);
    if (!wanted(turn)) return {};
    turns.push_back({open, std::move(turn), text_of(whole, "ts"), {}, {}, {}, {}});
    if (turns.size() > most) turns.pop_front();
    return {};
  }));
  return turns;
}

std::string cost_text(const lab::TurnRecord& turn) {
  if (turn.cost_usd) return fmt::format("${:.4f}", *turn.cost_usd);
  return turn.assumed_usd > 0 ? fmt::format("cost unknown, counted as ${:.4f}", turn.assumed_usd)
                              : "cost unknown";
}

}  // namespace

bool is_turn_id(const std::string& id) {
  const auto slash = id.rfind('/');
  return std::string_view(id).substr(slash == std::string::npos ? 0 : slash + 1).starts_with("s-");
}

Result<FoundTurn> find_turn(const Context& context, const std::string& id) {
  const auto slash = id.rfind('/');
  const std::string name = slash == std::string::npos ? id : id.substr(slash + 1);
  TRY_ASSIGN(const auto labs, open_labs(context, slash == std::string::npos ? "" : id.substr(0, slash)));
  for (const OpenLab& open : labs) {
    TRY_ASSIGN(const auto turns,
               scan(context, open, 1, [&](const lab::TurnRecord& turn) { return turn.id == name; }));
    if (!turns.empty()) return turns.front();
  }
  return fail(
      Error(ErrorCode::not_found, fmt::format("there is no session {}", printable(id)))
          .then(fmt::format("leanlab log {}   (lists the newest)", shell_word(labs.front().place.name))));
}

Result<std::vector<FoundTurn>> newest_turns(const Context& context, const OpenLab& open, std::size_t most) {
  TRY_ASSIGN(auto turns, scan(context, open, most, [](const lab::TurnRecord&) { return true; }));
  return std::vector<FoundTurn>(turns.begin(), turns.end());
}

std::string turn_text(const FoundTurn& found) {
  const lab::TurnRecord& turn = found.turn;
  const auto time = std::chrono::milliseconds(std::llround(turn.seconds * 1000));
  std::string text = fmt::format("{}  {}  {}{}  {}, {}, {}", turn.id, turn.role, turn.agent,
                                 turn.model.empty() ? "" : " (" + turn.model + ")", turn.outcome,
                                 human_duration(time), cost_text(turn));
  if (turn.tokens)
    text += fmt::format(", {} tokens in, {} out",
                        turn.tokens->input + turn.tokens->cache_read + turn.tokens->cache_write,
                        turn.tokens->output);
  if (!found.version.empty()) text += fmt::format("\n  rewrote {}", found.file);
  if (!found.refused.empty()) text += fmt::format("\n  nothing was taken over: {}", found.refused);
  if (!found.undone.empty())
    text += fmt::format("\n  refused: it also changed {}; undone", fmt::join(found.undone, ", "));
  for (const agent::Denied& denied : turn.denied)
    text += fmt::format("\n  refused: {}{}", denied.what,
                        denied.count > 1 ? " (" + plural(denied.count, "time") + ")" : "");
  if (turn.network == agent::name(agent::Network::unverified)) text += "\n  network not verified";
  return printable(text, Newlines::keep);
}

Json turn_json(const FoundTurn& found) {
  Json object = lab::to_record(found.turn);
  object["lab"] = found.open.place.name;
  object["ts"] = found.ts;
  object["file"] = found.file.empty() ? Json(nullptr) : Json(found.file);
  object["version"] = found.version.empty() ? Json(nullptr) : Json(found.version);
  object["refused"] = found.refused.empty() ? Json(nullptr) : Json(found.refused);
  object["undone"] = found.undone;
  return object;
}

Result<std::string> blob_of(const FoundTurn& found, const std::string& hash) {
  if (hash.empty()) return std::string();
  return store::Blobs(found.open.place.state / "blobs").get(hash);
}

}  // namespace leanlab::cli
