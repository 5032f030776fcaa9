// JSON lines, compressed with zstd; a line holds either `raw` or `event`.
#include "agent/transcript.h"

#include <algorithm>

#include <nlohmann/json.hpp>
#define ZSTD_STATIC_LINKING_ONLY  // for ZSTD_findDecompressedSize
#include <zstd.h>

#include "base/strings.h"

namespace leanlab::agent {

namespace {

constexpr std::size_t k_most_bytes = 64u << 20;
constexpr std::size_t k_event_text = 64u << 10;  // the raw line holds the rest
constexpr std::size_t k_most_refusals = 100;
constexpr std::uint64_t k_longest_ms =
    1'000'000'000'000;                        // what a stored event may claim that something took
constexpr std::size_t k_shortest_secret = 8;  // a shorter one would blot out common words

double seconds_between(SteadyTime from, SteadyTime to) {
  return std::chrono::duration<double>(to - from).count();
}

std::string text_or_json(const Json& value, const char* key) {
  const auto found = value.find(key);
  if (found == value.end()) return {};
  return found->is_string() ? found->get<std::string>() : to_line(*found);
}

/// The secrets, and how they look in a text of JSON, and in one that is quoted in another: a line of a stream in a transcript.
std::vector<std::string> as_written(const std::vector<std::string>& secrets) {
  std::vector<std::string> forms;
  for (const std::string& secret : secrets) {
    std::string form = secret;
    for (int quoted = 0; quoted < 3; ++quoted) {
      forms.push_back(form);
      const std::string text = to_line(Json(form));
      form = text.substr(1, text.size() - 2);
    }
  }
  // The longest first: a short form may be a part of a longer one.
  std::sort(forms.begin(), forms.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
  forms.erase(std::unique(forms.begin(), forms.end()), forms.end());
  return forms;
}

}  // namespace

Recorder::Recorder(std::string agent, Role role, const Clock& clock)
    : clock_(clock), started_(clock.steady()) {
  line(Json{{"event", "turn"},
            {"version", 1},
            {"agent", std::move(agent)},
            {"role", name(role)},
            {"ts", iso8601(clock.now())}});
}

void Recorder::watch(std::function<void(std::string_view)> watcher, std::vector<std::string> secrets) {
  watcher_ = std::move(watcher);
  secrets_ = std::move(secrets);
}

void Recorder::line(Json&& value) {
  if (full_) return;
  Json timed{
      {"at", std::chrono::duration_cast<std::chrono::milliseconds>(clock_.steady() - started_).count()}};
  timed.update(value);
  const std::string text = to_line(timed) + '\n';
  lines_ += text;
  if (watcher_ && timed.contains("event")) watcher_(redact(show_transcript(read_transcript(text)), secrets_));
  if (lines_.size() < k_most_bytes) return;
  full_ = true;
  lines_ +=
      to_line(Json{{"at", timed["at"]}, {"event", "notice"}, {"text", "the transcript is cut here"}}) + '\n';
}

void Recorder::raw(std::string_view text) {
  line(Json{{"raw", repair_utf8(text)}});
}

void Recorder::text_event(const char* kind, std::string_view text) {
  line(Json{{"event", kind}, {"text", repair_utf8(text.substr(0, k_event_text))}});
}

void Recorder::refused(const Denied& denied) {
  notice(fmt::format("refused: {}{}", denied.what,
                     denied.count > 1 ? fmt::format(" ({} times)", denied.count) : ""));
  const auto known = std::find_if(refusals_.begin(), refusals_.end(),
                                  [&](const Denied& other) { return other.what == denied.what; });
  if (known != refusals_.end())
    known->count += denied.count;
  else if (refusals_.size() < k_most_refusals)
    refusals_.push_back(denied);
}

void Recorder::tool_call(const std::string& id, const std::string& name, const std::string& input) {
  calls_[id] = clock_.steady();
  line(Json{{"event", "tool_call"},
            {"id", id},
            {"name", name},
            {"text", repair_utf8(input.substr(0, k_event_text))}});
}

void Recorder::tool_result(const std::string& id, bool ok, std::string_view result) {
  Json event{{"event", "tool_result"}, {"id", id}, {"ok", ok}};
  if (const auto call = calls_.find(id); call != calls_.end())
    event["seconds"] = seconds_between(call->second, clock_.steady());
  event["text"] = repair_utf8(result.substr(0, k_event_text));
  line(std::move(event));
}

void Recorder::end(const Turn& turn) {
  Json event{{"event", "end"}, {"end", name(turn.end)}};
  if (!turn.failure.empty()) event["text"] = repair_utf8(turn.failure);
  if (turn.session) event["session"] = *turn.session;
  if (turn.model) event["model"] = *turn.model;
  if (turn.cost_usd) event["cost_usd"] = *turn.cost_usd;
  if (turn.tokens) {
    event["tokens"] = Json{{"input", turn.tokens->input},
                           {"output", turn.tokens->output},
                           {"cache_read", turn.tokens->cache_read},
                           {"cache_write", turn.tokens->cache_write}};
  }
  full_ = false;
  line(std::move(event));
}

std::string Recorder::take(const std::vector<std::string>& secrets) {
  return redact(std::move(lines_), as_written(secrets));
}

std::string pack_transcript(std::string_view transcript) {
  std::string packed(ZSTD_compressBound(transcript.size()), '\0');
  const std::size_t size =
      ZSTD_compress(packed.data(), packed.size(), transcript.data(), transcript.size(), 6);
  if (ZSTD_isError(size) != 0) return std::string(transcript);
  packed.resize(size);
  return packed;
}

Result<std::string> unpack_transcript(std::string_view stored) {
  constexpr std::string_view k_magic("\x28\xb5\x2f\xfd", 4);
  if (!stored.starts_with(k_magic)) return std::string(stored);
  const unsigned long long size = ZSTD_findDecompressedSize(stored.data(), stored.size());  // of all frames
  if (size > 64 * k_most_bytes)  // also its two codes for "unknown" and "error"
    return fail(ErrorCode::misconfigured, "the transcript's size is not readable: it is damaged");
  std::string text(size, '\0');
  const std::size_t got = ZSTD_decompress(text.data(), text.size(), stored.data(), stored.size());
  if (ZSTD_isError(got) != 0 || got != size)
    return fail(ErrorCode::misconfigured, "the transcript is damaged: {}", ZSTD_getErrorName(got));
  return text;
}

std::vector<TranscriptEvent> read_transcript(std::string_view transcript) {
  std::vector<TranscriptEvent> events;
  for (const std::string_view line : split_lines(transcript)) {
    if (trim(line).empty()) continue;
    const auto value = parse_json(line, "transcript");
    if (!value || !value->is_object() || !value->contains("at"))
      return {{.at_ms = 0, .kind = "text", .text = std::string(transcript), .name = "", .detail = ""}};
    if (!value->contains("event")) continue;
    TranscriptEvent event;
    if ((*value)["at"].is_number_unsigned())
      event.at_ms = std::min((*value)["at"].get<std::uint64_t>(), k_longest_ms);
    event.kind = text_or_json(*value, "event");
    event.text = text_or_json(*value, "text");
    event.name = event.kind == "turn" ? text_or_json(*value, "agent") + ", " + text_or_json(*value, "role")
                                      : text_or_json(*value, event.kind == "end" ? "end" : "name");
    if (const auto ok = value->find("ok"); ok != value->end() && ok->is_boolean()) event.ok = ok->get<bool>();
    if (const auto took = value->find("seconds"); took != value->end() && took->is_number())
      event.seconds = std::clamp(took->get<double>(), 0.0, static_cast<double>(k_longest_ms) / 1000);
    event.detail = to_line(*value);
    events.push_back(std::move(event));
  }
  return events;
}

std::string raw_stream(std::string_view transcript) {
  std::string raw;
  for (const std::string_view line : split_lines(transcript)) {
    const auto value = parse_json(line, "transcript");
    if (!value || !value->is_object() || !value->contains("at")) return std::string(transcript);
    if (const auto found = value->find("raw"); found != value->end() && found->is_string())
      raw += found->get<std::string>() + '\n';
  }
  return raw;
}

std::string show_transcript(const std::vector<TranscriptEvent>& events) {
  std::string shown;
  for (const TranscriptEvent& event : events) {
    std::string head = fmt::format("[{:>8}] ", human_duration(std::chrono::milliseconds(event.at_ms)));
    if (event.kind == "tool_call") {
      head += "call " + event.name;
    } else if (event.kind == "tool_result") {
      head += fmt::format(
          "{} after {}", event.ok ? "result" : "failed",
          human_duration(std::chrono::milliseconds(static_cast<std::int64_t>(event.seconds * 1000))));
    } else {
      head += event.name.empty() ? event.kind : event.kind + ": " + event.name;
    }
    shown += head + '\n';
    if (event.kind == "end") shown += "    " + event.detail + '\n';
    for (const std::string_view line : split_lines(trim(event.text))) shown += fmt::format("    {}\n", line);
  }
  return shown;
}

std::string redact(std::string text, const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    if (secret.size() >= k_shortest_secret) text = replace_all(std::move(text), secret, "[secret]");
  }
  return text;
}

}  // namespace leanlab::agent
