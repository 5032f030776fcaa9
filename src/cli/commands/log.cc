// log: what an experiment's evaluator wrote, or its agent's transcript; with --follow while it is said.
#include <chrono>
#include <optional>

#include <nlohmann/json.hpp>

#include "agent/transcript.h"
#include "base/strings.h"
#include "cli/arguments.h"
#include "cli/experiments.h"
#include "cli/sessions.h"
#include "lab/live_log.h"
#include "metric/lab_lock.h"

namespace leanlab::cli {
namespace {

constexpr std::chrono::milliseconds k_tick{200};

Result<std::string> stored(const FoundExperiment& found, const std::string& blob) {
  if (blob.empty()) return std::string();
  return found.book->blobs().get(blob);
}

// A terminal must not obey what others wrote; a file gets every byte.
void print_text(Context& context, const std::string& text) {
  context.print(context.out.is_terminal ? printable(text, Newlines::keep) : text);
  if (!text.empty() && !text.ends_with('\n')) context.print("\n");
}

// Shows what is said while it is said.
class Following {
 public:
  explicit Following(Context& context) : context_(context) {}

  /// What came since the last call, of `id` in that lab.
  void show_more(const lab::Place& place, const std::string& id) {
    if (context_.wants_json()) return;
    if (!tail_) tail_ = lab::LiveTail::open(place, id);
    if (!tail_) return;
    ended_ = tail_->ended();
    for (std::string text = tail_->more(); !text.empty(); text = tail_->more()) {
      shown_ = true;
      context_.print(context_.out.is_terminal ? printable(text, Newlines::keep) : text);
    }
  }
  [[nodiscard]] bool found() const { return tail_.has_value(); }
  /// Its writer is through, and all of it was shown.
  [[nodiscard]] bool ended() const { return ended_; }
  /// Something was.
  [[nodiscard]] bool shown() const { return shown_; }

 private:
  Context& context_;
  std::optional<lab::LiveTail> tail_;
  bool ended_ = false, shown_ = false;
};

// With --follow: the experiment once it is judged, for as long as somebody is at work in its lab.
Result<FoundExperiment> find_or_wait(Context& context, const std::string& id, bool follow,
                                     Following& following) {
  bool told = false;
  while (true) {
    auto found = find_experiment(context, id);
    const bool missing = !found && found.error().code == ErrorCode::not_found;
    const bool pending = found && found->experiment.verdict == lab::Verdict::pending;
    if (!follow) return found;
    TRY_ASSIGN(const auto parts, split_id(id));
    TRY_ASSIGN(const OpenLab open, open_lab(context, parts.first));
    if (pending || following.found()) following.show_more(open.place, std::to_string(parts.second));
    if (!missing && !pending) return found;
    // Looked at once more behind the lock: it may have been judged, and the run may have ended, in between.
    if (metric::lab_holder(open.place).empty()) return find_experiment(context, id);
    if (!told)
      context.say(pending ? id + " is being judged" : "there is no " + id + " yet; a run is at work");
    told = true;
    if (context.interrupt->wait_for(k_tick)) return fail(ErrorCode::interrupted, "interrupted");
  }
}

// A turn that is under way, until it is through. False: none of that name is.
Result<bool> follow_turn(Context& context, const std::string& id) {
  const std::string name = id.substr(id.rfind('/') + 1);
  TRY_ASSIGN(const std::vector<OpenLab> labs, open_labs(context, ""));
  for (const OpenLab& open : labs) {
    Following following(context);
    following.show_more(open.place, name);
    while (following.found() && !following.ended()) {
      if (context.interrupt->wait_for(k_tick)) return fail(ErrorCode::interrupted, "interrupted");
      if (metric::lab_holder(open.place).empty()) break;  // its run was killed
      following.show_more(open.place, name);
    }
    if (following.found()) return true;
  }
  return false;
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

enum class Raw { no, yes };

Result<int> log_turn(Context& context, const std::string& id, Raw raw) {
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
  if (raw == Raw::yes) {
    print_text(context, agent::raw_stream(transcript));
    return 0;
  }
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
  std::vector<std::string> live;
  if (!metric::lab_holder(open.place).empty())
    for (const std::string& id : lab::live_logs(open.place))
      if (is_turn_id(id)) live.push_back(id);
  if (context.wants_json()) {
    context.print_json(Json{{"lab", open.place.name}, {"turns", std::move(list)}, {"under_way", live}});
    return 0;
  }
  for (const std::string& id : live)
    context.print(fmt::format("{}  under way: leanlab log {} --follow\n", id, id));
  if (!live.empty()) return 0;
  if (turns.empty())
    context.say("no turn of " + open.place.name + " is on record: the tuner's are free and leave none");
  return 0;
}

Result<int> run_log(Context& context, const Arguments& arguments) {
  const std::string& id = arguments.word("id");
  const bool follow = arguments.has("--follow");
  if (is_turn_id(id)) {
    if (follow && !context.wants_json()) {
      TRY_ASSIGN(const bool followed, follow_turn(context, id));
      if (followed) return 0;
    }
    return log_turn(context, id, arguments.has("--raw") ? Raw::yes : Raw::no);
  }
  if (!split_id(id)) {
    if (auto listed = log_lab(context, id)) return listed;
  }
  Following following(context);
  TRY_ASSIGN(const FoundExperiment found, find_or_wait(context, id, follow, following));
  if (following.shown() && !arguments.has("--transcript") && !arguments.has("--raw")) return 0;
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
  if (!wants_transcript && experiment.tier == sandbox::Tier::C)
    context.say("UNVERIFIED: " + experiment.id() + " was judged with no sandbox (tier C)");
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
