// log: what an experiment's evaluator wrote, or its agent's transcript; with --follow as soon as there is something.
#include <chrono>
#include <optional>

#include <nlohmann/json.hpp>

#include "agent/transcript.h"
#include "base/strings.h"
#include "cli/arguments.h"
#include "cli/experiments.h"
#include "cli/sessions.h"
#include "metric/lab_lock.h"

namespace leanlab::cli {
namespace {

constexpr std::chrono::milliseconds k_tick{200};

Result<std::string> stored(const FoundExperiment& found, const std::string& blob) {
  if (blob.empty()) return std::string();
  return found.book->blobs().get(blob);
}

// With --follow: the experiment once it is judged, for as long as somebody is at work in its lab.
Result<FoundExperiment> find_or_wait(Context& context, const std::string& id, bool follow) {
  bool told = false;
  while (true) {
    auto found = find_experiment(context, id);
    const bool missing = !found && found.error().code == ErrorCode::not_found;
    const bool pending = found && found->experiment.verdict == lab::Verdict::pending;
    if (!follow || (!missing && !pending)) return found;
    TRY_ASSIGN(const auto parts, split_id(id));
    TRY_ASSIGN(const OpenLab open, open_lab(context, parts.first));
    // Looked at once more behind the lock: it may have been judged, and the run may have ended, in between.
    if (metric::lab_holder(open.place).empty()) return find_experiment(context, id);
    if (!told)
      context.say(pending ? id + " is being judged" : "there is no " + id + " yet; a run is at work");
    told = true;
    if (context.interrupt->wait_for(k_tick)) return fail(ErrorCode::interrupted, "interrupted");
  }
}

Json events_json(const std::string& transcript) {
  Json events = Json::array();
  for (const agent::TranscriptEvent& event : agent::read_transcript(transcript)) {
    auto value = parse_json(event.detail);
    events.push_back(value ? std::move(*value)
                           : Json{{"at", 0}, {"event", event.kind}, {"text", event.text}});
  }
  return events;
}

// A terminal must not obey what others wrote; a file gets every byte.
void print_text(Context& context, const std::string& text) {
  context.print(context.out.is_terminal ? printable(text, Newlines::keep) : text);
  if (!text.empty() && !text.ends_with('\n')) context.print("\n");
}

Result<int> log_turn(Context& context, const std::string& id) {
  TRY_ASSIGN(const FoundTurn found, find_turn(context, id));
  TRY_ASSIGN(const std::string packed, blob_of(found, found.turn.transcript));
  TRY_ASSIGN(const std::string transcript, agent::unpack_transcript(packed));
  if (context.wants_json()) {
    Json object = turn_json(found);
    object["transcript_text"] = repair_utf8(transcript);
    object["events"] = transcript.empty() ? Json::array() : events_json(transcript);
    context.print_json(object);
    return 0;
  }
  context.say(turn_text(found));
  print_text(context, agent::show_transcript(agent::read_transcript(transcript)));
  return 0;
}

Result<int> log_lab(Context& context, const std::string& name) {
  constexpr std::size_t k_shown = 50;
  TRY_ASSIGN(const OpenLab open, open_lab(context, name));
  TRY_ASSIGN(const auto turns, newest_turns(context, open, k_shown));
  Json list = Json::array();
  for (const FoundTurn& found : turns) {
    if (context.wants_json())
      list.push_back(turn_json(found));
    else
      context.print(turn_text(found) + "\n");
  }
  if (context.wants_json()) context.print_json(Json{{"lab", open.place.name}, {"turns", std::move(list)}});
  if (turns.empty())
    context.say("no turn of " + open.place.name + " is on record: the tuner's are free and leave none");
  return 0;
}

Result<int> run_log(Context& context, const Arguments& arguments) {
  const std::string& id = arguments.word("id");
  if (is_turn_id(id)) return log_turn(context, id);
  if (!split_id(id)) {
    if (auto listed = log_lab(context, id)) return listed;
  }
  TRY_ASSIGN(const FoundExperiment found, find_or_wait(context, id, arguments.has("--follow")));
  const lab::Experiment& experiment = found.experiment;
  TRY_ASSIGN(const std::string log, stored(found, experiment.log));
  TRY_ASSIGN(const std::string packed, stored(found, experiment.transcript));
  TRY_ASSIGN(const std::string transcript, agent::unpack_transcript(packed));
  if (context.wants_json()) {
    context.print_json(Json{{"id", experiment.id()},
                            {"log", repair_utf8(log)},
                            {"transcript", repair_utf8(transcript)},
                            {"events", transcript.empty() ? Json::array() : events_json(transcript)}});
    return 0;
  }
  const bool wants_raw = arguments.has("--raw");
  const bool wants_transcript = arguments.has("--transcript") || wants_raw;
  const std::string text = wants_raw          ? agent::raw_stream(transcript)
                           : wants_transcript ? agent::show_transcript(agent::read_transcript(transcript))
                                              : log;
  if (text.empty()) {
    const bool pending = experiment.verdict == lab::Verdict::pending;
    context.say(wants_transcript ? "there is no transcript of " + experiment.id()
                : pending        ? experiment.id() + " is not judged yet"
                                 : "the evaluator of " + experiment.id() + " wrote nothing but its score");
    return 0;
  }
  print_text(context, text);
  return 0;
}

}  // namespace

Command log_command() {
  return {.name = "log",
          .positionals = {{.name = "id", .kind = Kind::id}},
          .options = {{.name = "--transcript"}, {.name = "--raw"}, {.name = "--follow"}},
          .signals = Signals::interrupt,
          .run = run_log};
}

}  // namespace leanlab::cli
