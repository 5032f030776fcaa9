// Counting turns, money and cadence from the ledger's records.
#include "lab/tally.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/fs.h"
#include "lab/experiment.h"

namespace leanlab::lab {

namespace {

constexpr int k_tally_version = 1;
constexpr std::size_t k_recent = 256;
constexpr const char* k_tally_file = "tally.json";

std::optional<double> real_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? std::optional<double>(found->get<double>())
                                                     : std::nullopt;
}
std::uint64_t whole_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

std::optional<agent::Tokens> tokens_of(const Json& object) {
  const auto found = object.find("tokens");
  if (found == object.end() || !found->is_object()) return std::nullopt;
  return agent::Tokens{whole_of(*found, "input"), whole_of(*found, "output"), whole_of(*found, "cache_read"),
                       whole_of(*found, "cache_write")};
}

Json denied_json(const std::vector<agent::Denied>& denied) {
  Json list = Json::array();
  for (const agent::Denied& one : denied) list.push_back({{"what", one.what}, {"count", one.count}});
  return list;
}
std::vector<agent::Denied> denied_of(const Json& object) {
  std::vector<agent::Denied> denied;
  const auto found = object.find("denied");
  if (found == object.end() || !found->is_array()) return denied;
  for (const Json& one : *found) {
    if (one.is_object())
      denied.push_back({text_of(one, "what"), static_cast<std::uint32_t>(whole_of(one, "count"))});
  }
  return denied;
}

Json spent_json(const Spent& spent) {
  return {{"turns", spent.turns},
          {"usd", spent.usd},
          {"assumed_usd", spent.assumed_usd},
          {"unpriced", spent.unpriced},
          {"tokens", tokens_json(spent.tokens)},
          {"uncounted", spent.uncounted},
          {"dearest_usd", spent.dearest_usd},
          {"most_tokens", spent.most_tokens},
          {"seconds", spent.seconds}};
}
Spent spent_of(const Json& object) {
  Spent spent;
  spent.turns = whole_of(object, "turns");
  spent.usd = real_of(object, "usd").value_or(0);
  spent.assumed_usd = real_of(object, "assumed_usd").value_or(0);
  spent.unpriced = whole_of(object, "unpriced");
  spent.tokens = tokens_of(object);
  spent.uncounted = whole_of(object, "uncounted");
  spent.dearest_usd = real_of(object, "dearest_usd").value_or(0);
  spent.most_tokens = whole_of(object, "most_tokens");
  spent.seconds = real_of(object, "seconds").value_or(0);
  return spent;
}

/// A tally, and what is needed to carry it on.
struct Counting {
  Tally tally;
  std::string run_since;  ///< ISO 8601; empty: no run is open
  std::string last_ts;

  void take(const store::Record& record);
  void end_run() {
    const auto from = parse_iso8601(run_since);
    const auto to = parse_iso8601(last_ts);
    if (from && to && *to > *from) tally.run_seconds += std::chrono::duration<double>(*to - *from).count();
    run_since.clear();
  }
};

void Counting::take(const store::Record& record) {
  // Imported rows and proposals count nowhere here, and a book may have a million of them: they are not parsed.
  static constexpr std::string_view k_counted[] = {"turn", "judged", "steered", "run_started", "run_ended"};
  const bool counted =
      std::find(std::begin(k_counted), std::end(k_counted), record.type) != std::end(k_counted);
  if (!counted) return;
  const auto whole = parse_json(record.text, "ledger.jsonl");
  if (!whole || !whole->is_object()) return;
  if (record.type == "run_started") end_run();
  last_ts = text_of(*whole, "ts");
  const Json& body = (*whole)["body"];
  if (record.type == "turn") {
    const TurnRecord turn = turn_from_record(body);
    tally.spent.add(turn);
    tally.by_agent[turn.role + " " + turn.agent].add(turn);
    tally.recent.push_back(turn.id);
    if (tally.recent.size() > k_recent) tally.recent.pop_front();
  } else if (record.type == "judged") {
    ++tally.experiments;
    if (real_of(body, "value")) ++tally.scored;
    if (text_of(body, "verdict") == "accepted") ++tally.accepted;
    tally.evaluation_seconds += real_of(body, "seconds").value_or(0);
  } else if (record.type == "steered") {
    (text_of(body, "role") == "critic" ? tally.critic_at : tally.director_at) = whole_of(body, "scored");
  } else if (record.type == "run_started") {
    run_since = last_ts;
    tally.budget_usd = real_of(body, "budget_usd");
  } else {
    end_run();
  }
}

Json to_json(const Counting& counting) {
  const Tally& tally = counting.tally;
  Json agents = Json::object();
  for (const auto& [key, spent] : tally.by_agent) agents[key] = spent_json(spent);
  return {{"version", k_tally_version},
          {"seq", tally.read.seq},
          {"offset", tally.read.offset},
          {"hash", tally.read.hash},
          {"spent", spent_json(tally.spent)},
          {"by_agent", std::move(agents)},
          {"run_seconds", tally.run_seconds},
          {"experiments", tally.experiments},
          {"scored", tally.scored},
          {"accepted", tally.accepted},
          {"evaluation_seconds", tally.evaluation_seconds},
          {"critic_at", tally.critic_at},
          {"director_at", tally.director_at},
          {"budget_usd", tally.budget_usd ? Json(*tally.budget_usd) : Json(nullptr)},
          {"recent", tally.recent},
          {"run_since", counting.run_since},
          {"last_ts", counting.last_ts}};
}

Counting load(const fs::path& file) {
  Counting counting;
  const auto json = read_json(file.string());
  if (!json || !json->is_object() || whole_of(*json, "version") != k_tally_version) return counting;
  Tally& tally = counting.tally;
  tally.read = {whole_of(*json, "seq"), whole_of(*json, "offset"), text_of(*json, "hash")};
  if (const auto spent = json->find("spent"); spent != json->end()) tally.spent = spent_of(*spent);
  if (const auto agents = json->find("by_agent"); agents != json->end() && agents->is_object())
    for (const auto& [key, spent] : agents->items()) tally.by_agent[key] = spent_of(spent);
  tally.run_seconds = real_of(*json, "run_seconds").value_or(0);
  tally.experiments = whole_of(*json, "experiments");
  tally.scored = whole_of(*json, "scored");
  tally.accepted = whole_of(*json, "accepted");
  tally.evaluation_seconds = real_of(*json, "evaluation_seconds").value_or(0);
  tally.critic_at = whole_of(*json, "critic_at");
  tally.director_at = whole_of(*json, "director_at");
  tally.budget_usd = real_of(*json, "budget_usd");
  if (const auto recent = json->find("recent"); recent != json->end() && recent->is_array())
    for (const Json& id : *recent)
      if (id.is_string()) tally.recent.push_back(id.get<std::string>());
  counting.run_since = text_of(*json, "run_since");
  counting.last_ts = text_of(*json, "last_ts");
  return counting;
}

}  // namespace

Json to_record(const TurnRecord& turn) {
  const auto or_null = [](const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); };
  return {{"id", turn.id},
          {"role", turn.role},
          {"agent", turn.agent},
          {"model", or_null(turn.model)},
          {"session", or_null(turn.session)},
          {"cost_usd", turn.cost_usd ? Json(*turn.cost_usd) : Json(nullptr)},
          {"cost_from", or_null(turn.cost_from)},
          {"assumed_usd", turn.assumed_usd},
          {"tokens", tokens_json(turn.tokens)},
          {"seconds", turn.seconds},
          {"outcome", turn.outcome},
          {"transcript", or_null(turn.transcript)},
          {"attempt", turn.attempt},
          {"denied", denied_json(turn.denied)},
          {"network", or_null(turn.network)}};
}

TurnRecord turn_from_record(const Json& body) {
  TurnRecord turn;
  if (!body.is_object()) return turn;
  turn.id = text_of(body, "id");
  turn.role = text_of(body, "role");
  turn.agent = text_of(body, "agent");
  turn.model = text_of(body, "model");
  turn.session = text_of(body, "session");
  turn.cost_usd = real_of(body, "cost_usd");
  turn.cost_from = text_of(body, "cost_from");
  turn.assumed_usd = real_of(body, "assumed_usd").value_or(0);
  turn.tokens = tokens_of(body);
  turn.seconds = real_of(body, "seconds").value_or(0);
  turn.outcome = text_of(body, "outcome");
  turn.transcript = text_of(body, "transcript");
  turn.attempt = whole_of(body, "attempt");
  turn.denied = denied_of(body);
  turn.network = text_of(body, "network");
  return turn;
}

std::uint64_t total(const agent::Tokens& tokens) {
  return tokens.input + tokens.output + tokens.cache_read + tokens.cache_write;
}

void add(std::optional<agent::Tokens>& sum, const std::optional<agent::Tokens>& more) {
  if (!more) return;
  agent::Tokens both = sum.value_or(agent::Tokens{});
  both.input += more->input;
  both.output += more->output;
  both.cache_read += more->cache_read;
  both.cache_write += more->cache_write;
  sum = both;
}

void Spent::add(const TurnRecord& turn) {
  ++turns;
  seconds += turn.seconds;
  assumed_usd += turn.assumed_usd;
  if (turn.cost_usd) {
    usd += *turn.cost_usd;
    dearest_usd = std::max(dearest_usd, *turn.cost_usd);
  } else {
    ++unpriced;
  }
  if (!turn.tokens) {
    ++uncounted;
    return;
  }
  lab::add(tokens, turn.tokens);
  most_tokens = std::max(most_tokens, total(*turn.tokens));
}

bool Tally::knows(const std::string& turn) const {
  return std::find(recent.begin(), recent.end(), turn) != recent.end();
}

Result<Tally> read_tally(const Place& place, const Clock& clock) {
  std::error_code missing;
  if (!fs::exists(place.state / store::k_ledger_file, missing)) return Tally{};
  const fs::path file = place.state / k_tally_file;
  Counting counting = load(file);
  const auto open_ledger = [&] {
    return store::Ledger::open(place.state, store::Ledger::Mode::read_only, counting.tally.read, clock);
  };
  auto ledger = open_ledger();
  if (!ledger && counting.tally.read.seq > 0) {
    counting = Counting();  // the ledger is another one than the tally was made from
    ledger = open_ledger();
  }
  if (!ledger) return fail(std::move(ledger.error()).while_doing("counting the turns of " + place.name));
  const std::uint64_t before = counting.tally.read.seq;
  TRY((*ledger)->scan(counting.tally.read, [&](const store::Record& record) -> Status {
    counting.take(record);
    counting.tally.read = {record.seq, record.offset + record.size, record.hash};
    return {};
  }));
  // A reader without write permission counts again the next time; nothing is lost by it.
  if (counting.tally.read.seq != before)
    static_cast<void>(write_file(file, to_line(to_json(counting)) + "\n"));
  if (!counting.run_since.empty()) counting.end_run();
  return std::move(counting.tally);
}

}  // namespace leanlab::lab
