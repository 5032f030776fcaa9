// An experiment as JSON: the public shape, the ledger's record, and the row of results.jsonl.
#include "lab/experiment.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>

#include <nlohmann/json.hpp>

namespace leanlab::lab {

Json tokens_json(const std::optional<agent::Tokens>& tokens) {
  if (!tokens) return nullptr;
  return {{"input", tokens->input},
          {"output", tokens->output},
          {"cache_read", tokens->cache_read},
          {"cache_write", tokens->cache_write}};
}

namespace {

constexpr std::array k_verdicts{"pending", "accepted", "rejected", "undecided", "invalid", "tampered"};
constexpr std::array k_levels{"isolated", "proxied", "in-process"};
constexpr std::array k_origins{"run", "submitted", "imported"};
constexpr std::array k_tiers{"A", "B", "C"};

Json metrics_object(const Experiment& experiment) {
  Json metrics = Json::object();
  for (const auto& [key, value] : experiment.metrics) metrics[key] = or_null(value);
  return metrics;
}

/// What cannot be read is left out.
Json object_or_null(const std::string& text) {
  if (text.empty()) return nullptr;
  const auto value = parse_json(text);
  return value && value->is_object() ? *value : Json(nullptr);
}

Json denied_list(const Experiment& experiment) {
  Json list = Json::array();
  for (const DeniedTry& denied : experiment.denied)
    list.push_back({{"who", denied.who}, {"call", denied.call}, {"count", denied.count}});
  return list;
}

const char* tier_name(sandbox::Tier tier) {
  return k_tiers.at(static_cast<std::size_t>(tier));
}

/// Reads members of a record; the first that has a wrong type is kept in `problem`.
class Reader {
 public:
  explicit Reader(const Json& body) : body_(body) {}

  void text(const char* key, std::string& target) {
    if (const Json* value = find(key); value != nullptr && expect(value->is_string(), key)) {
      target = value->get<std::string>();
    }
  }
  template <class Integer>
  void whole(const char* key, Integer& target) {
    if (const Json* value = find(key); value != nullptr && expect(value->is_number_unsigned(), key)) {
      target = static_cast<Integer>(value->get<std::uint64_t>());
    }
  }
  void boolean(const char* key, bool& target) {
    if (const Json* value = find(key); value != nullptr && expect(value->is_boolean(), key))
      target = value->get<bool>();
  }
  void real(const char* key, std::optional<double>& target) {
    if (const Json* value = find(key); value != nullptr && expect(value->is_number(), key))
      target = value->get<double>();
  }
  template <class Enum, std::size_t N>
  void word(const char* key, const std::array<const char*, N>& words, Enum& target) {
    std::string value;
    text(key, value);
    if (value.empty()) return;
    const auto found = std::find(words.begin(), words.end(), value);
    if (expect(found != words.end(), key)) target = static_cast<Enum>(found - words.begin());
  }
  void tokens(const char* key, std::optional<agent::Tokens>& target) {
    const Json* value = find(key);
    if (value == nullptr || !expect(value->is_object(), key)) return;
    Reader inner(*value);
    agent::Tokens read;
    inner.whole("input", read.input);
    inner.whole("output", read.output);
    inner.whole("cache_read", read.cache_read);
    inner.whole("cache_write", read.cache_write);
    if (expect(inner.problem().empty(), key)) target = read;
  }
  template <class Take>
  void each(const char* key, Take&& take) {
    const Json* value = find(key);
    if (value == nullptr || !expect(value->is_structured(), key)) return;
    for (const auto& [name, item] : value->items()) {
      if (!expect(take(name, item), key)) return;
    }
  }
  void object_text(const char* key, std::string& target) {
    if (const Json* value = find(key); value != nullptr && expect(value->is_object(), key))
      target = to_line(*value);
  }
  bool expect(bool holds, const char* key) {
    if (!holds && problem_.empty()) problem_ = key;
    return holds;
  }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  [[nodiscard]] const Json* find(const char* key) const {
    const auto found = body_.find(key);
    return found == body_.end() || found->is_null() ? nullptr : &*found;
  }
  const Json& body_;
  std::string problem_;
};

void read_judgement(Reader& read, Experiment& experiment) {
  read.word("verdict", k_verdicts, experiment.verdict);
  read.real("value", experiment.value);
  read.each("metrics", [&](const std::string& key, const Json& value) {
    if (value.is_number()) experiment.metrics.emplace_back(key, value.get<double>());
    return value.is_number();
  });
  read.real("best", experiment.best_so_far);
  read.text("reason", experiment.reason);
  read.word("level", k_levels, experiment.level);
  read.word("tier", k_tiers, experiment.tier);
  read.boolean("sealed", experiment.sealed);
  read.text("seal", experiment.seal);
  read.whole("evaluation_seed", experiment.evaluation_seed);
  read.each("repeats", [&](const std::string&, const Json& value) {
    if (value.is_number()) experiment.repeats.push_back(value.get<double>());
    return value.is_number();
  });
  read.real("seconds", experiment.seconds);
  read.real("cpu_seconds", experiment.cpu_seconds);
  read.real("candidate_cpu_seconds", experiment.candidate_cpu_seconds);
  read.object_text("pipe", experiment.pipe);
  read.each("denied", [&](const std::string&, const Json& value) {
    if (!value.is_object()) return false;
    Reader inner(value);
    DeniedTry denied;
    inner.text("who", denied.who);
    inner.text("call", denied.call);
    inner.whole("count", denied.count);
    experiment.denied.push_back(std::move(denied));
    return inner.problem().empty();
  });
  read.text("log", experiment.log);
  read.object_text("info", experiment.info);
  read.each("warnings", [&](const std::string&, const Json& value) {
    if (value.is_string()) experiment.warnings.push_back(value.get<std::string>());
    return value.is_string();
  });
}

/// 0.2.1's own fields of a row; no metric may take their place.
bool is_row_field(const std::string& key) {
  static constexpr std::array k_fields{"tag", "experiment_file", "best_so_far", "notes", "ts", "leanlab"};
  return std::find(k_fields.begin(), k_fields.end(), key) != k_fields.end();
}

}  // namespace

const char* name(Verdict verdict) {
  return k_verdicts.at(static_cast<std::size_t>(verdict));
}
const char* name(Level level) {
  return k_levels.at(static_cast<std::size_t>(level));
}
const char* name(Origin origin) {
  return k_origins.at(static_cast<std::size_t>(origin));
}

Json to_json(const Experiment& experiment) {
  Json shape;
  shape["id"] = experiment.id();
  shape["experiment_file"] = experiment.file;
  shape["status"] = name(experiment.verdict);
  shape["value"] = or_null(experiment.value);
  shape["metrics"] = metrics_object(experiment);
  shape["best_so_far"] = experiment.verdict == Verdict::accepted;
  shape["best"] = or_null(experiment.best_so_far);
  // How it is judged is known when it has been: before, the defaults would read as "judged in tier C".
  const bool judged = experiment.verdict != Verdict::pending;
  shape["level"] = judged ? Json(name(experiment.level)) : Json();
  shape["tier"] = judged ? Json(tier_name(experiment.tier)) : Json();
  shape["sealed"] = judged ? Json(experiment.sealed) : Json();
  shape["reason"] = or_null(experiment.reason);
  shape["parent"] = or_null(experiment.parent);
  shape["agent"] = or_null(experiment.agent);
  shape["notes"] = experiment.notes;
  shape["repeats"] = experiment.repeats;
  shape["cost_usd"] = or_null(experiment.cost_usd);
  shape["tokens"] = tokens_json(experiment.tokens);
  shape["seconds"] = or_null(experiment.seconds);
  shape["sha256"] = or_null(experiment.sha256);
  shape["ts"] = or_null(experiment.ts);
  shape["origin"] = name(experiment.origin);
  shape["seal"] = or_null(experiment.seal);
  shape["evaluation_seed"] = experiment.evaluation_seed;
  shape["cpu_seconds"] = or_null(experiment.cpu_seconds);
  shape["turn_seconds"] = or_null(experiment.turn_seconds);
  shape["fixes"] = experiment.fixes;
  shape["info"] = object_or_null(experiment.info);
  shape["candidate_cpu_seconds"] = or_null(experiment.candidate_cpu_seconds);
  shape["pipe"] = object_or_null(experiment.pipe);
  shape["denied"] = denied_list(experiment);
  shape["warnings"] = experiment.warnings;
  shape["log"] = or_null(experiment.log);
  shape["transcript"] = or_null(experiment.transcript);
  return shape;
}

Json to_record(const Experiment& experiment) {
  Json body;
  body["number"] = experiment.number;
  body["file"] = experiment.file;
  body["sha256"] = experiment.sha256;
  body["verdict"] = name(experiment.verdict);
  body["value"] = or_null(experiment.value);
  body["metrics"] = metrics_object(experiment);
  body["best"] = or_null(experiment.best_so_far);
  body["reason"] = experiment.reason;
  body["notes"] = experiment.notes;
  body["parent"] = experiment.parent;
  body["agent"] = experiment.agent;
  body["origin"] = name(experiment.origin);
  body["level"] = name(experiment.level);
  body["tier"] = tier_name(experiment.tier);
  body["sealed"] = experiment.sealed;
  body["seal"] = experiment.seal;
  body["evaluation_seed"] = experiment.evaluation_seed;
  body["repeats"] = experiment.repeats;
  body["cost_usd"] = or_null(experiment.cost_usd);
  body["tokens"] = tokens_json(experiment.tokens);
  body["seconds"] = or_null(experiment.seconds);
  body["cpu_seconds"] = or_null(experiment.cpu_seconds);
  body["turn_seconds"] = or_null(experiment.turn_seconds);
  body["fixes"] = experiment.fixes;
  body["log"] = experiment.log;
  body["transcript"] = experiment.transcript;
  body["info"] = object_or_null(experiment.info);
  body["candidate_cpu_seconds"] = or_null(experiment.candidate_cpu_seconds);
  body["pipe"] = object_or_null(experiment.pipe);
  body["denied"] = denied_list(experiment);
  body["warnings"] = experiment.warnings;
  body["tag"] = experiment.tag;
  body["ts"] = experiment.ts;
  return body;
}

Result<Experiment> from_record(const Json& body, std::string lab) {
  if (!body.is_object()) return fail(ErrorCode::integrity, "the record of an experiment is no object");
  Experiment experiment;
  experiment.lab = std::move(lab);
  Reader read(body);
  read.whole("number", experiment.number);
  read.text("file", experiment.file);
  read.text("sha256", experiment.sha256);
  read_judgement(read, experiment);
  read.text("notes", experiment.notes);
  read.text("parent", experiment.parent);
  // A parent is of the same lab, which may have had another name when this was recorded.
  if (const std::size_t slash = experiment.parent.rfind('/'); slash != std::string::npos)
    experiment.parent = experiment.lab + experiment.parent.substr(slash);
  read.text("agent", experiment.agent);
  read.word("origin", k_origins, experiment.origin);
  read.real("cost_usd", experiment.cost_usd);
  read.tokens("tokens", experiment.tokens);
  read.real("turn_seconds", experiment.turn_seconds);
  read.whole("fixes", experiment.fixes);
  read.text("transcript", experiment.transcript);
  read.text("tag", experiment.tag);
  read.text("ts", experiment.ts);
  read.expect(experiment.number > 0, "number");
  if (!read.problem().empty())
    return fail(ErrorCode::integrity, "the record of an experiment has a wrong \"{}\"", read.problem());
  return experiment;
}

std::string to_row(const Experiment& experiment, const std::string& metric, const std::string& ledger) {
  Json row;
  row["tag"] = experiment.tag;
  row["experiment_file"] = experiment.file;
  if (!is_row_field(metric)) row[metric] = or_null(experiment.value);
  Json hidden = Json::object();  // metrics whose names the row itself needs
  for (const auto& [key, value] : experiment.metrics) {
    if (is_row_field(key))
      hidden[key] = or_null(value);
    else if (key != metric)
      row[key] = or_null(value);
  }
  const bool failed = experiment.verdict == Verdict::invalid || experiment.verdict == Verdict::tampered;
  row["best_so_far"] = experiment.verdict == Verdict::accepted;
  row["notes"] = failed ? std::string(name(experiment.verdict)) + ": " + experiment.reason : experiment.notes;
  row["ts"] = experiment.ts;
  Json ours = to_record(experiment);
  for (const char* key : {"file", "metrics", "ts", "tag"}) ours.erase(key);
  ours["id"] = experiment.id();
  ours["seq"] = experiment.seq;
  ours["ledger"] = ledger;
  if (!hidden.empty()) ours["metrics"] = hidden;
  row["leanlab"] = std::move(ours);
  return to_line(row);
}

}  // namespace leanlab::lab
