// Replay: plays a recording back, each role's turns in their order. Format: docs/formats/recording.md.
#include <map>
#include <mutex>
#include <vector>

#include <nlohmann/json.hpp>

#include "agent/backends/make.h"
#include "agent/backends/parts.h"
#include "agent/transcript.h"
#include "base/fs.h"
#include "base/strings.h"

namespace leanlab::agent {
namespace {

constexpr std::uint64_t k_recording_version = 1;
constexpr std::string_view k_new_file = "${file}";  // stands for the name that the turn was given

class ReplayAgent : public Agent {
 public:
  ReplayAgent(std::string spec, std::map<std::string, std::vector<Json>> turns)
      : spec_(std::move(spec)), turns_(std::move(turns)) {}
  std::string describe() const override { return "replay:" + spec_; }
  Capabilities capabilities() const override {
    return {.sessions = false,
            .reports_cost = true,
            .reports_tokens = true,
            .learns = false,
            .can_repair = false,
            .free = false};
  }
  Result<Turn> take_turn(const TurnRequest& request, const Interrupt& interrupt) override;

 private:
  [[nodiscard]] Result<Json> next(Role role);
  const std::string spec_;
  const std::map<std::string, std::vector<Json>> turns_;
  std::mutex mutex_;
  std::map<std::string, std::size_t> played_;
};

Result<Json> ReplayAgent::next(Role role) {
  const std::lock_guard lock(mutex_);
  const auto recorded = turns_.find(name(role));
  std::size_t& played = played_[name(role)];
  if (recorded == turns_.end() || played == recorded->second.size()) {
    return fail(Error(ErrorCode::agent_unavailable,
                      fmt::format("the recording {} holds no more turns of the {}: it has played {}", spec_,
                                  name(role), played))
                    .then("make fewer experiments with --n, or record more"));
  }
  return recorded->second[played++];
}

/// A file of the recording may lie in the workspace only.
Status write_recorded(const TurnRequest& request, const std::string& file, const Json& text) {
  const fs::path path = fs::path(replace_all(file, k_new_file, request.suggested_file)).lexically_normal();
  if (path.is_absolute() || path.empty() || *path.begin() == ".." || !text.is_string())
    return fail(ErrorCode::misconfigured, "the recording names a file outside of the workspace: {}", file);
  TRY(make_directories((request.workspace / path).parent_path()));
  return write_file(request.workspace / path, text.get<std::string>());
}

Result<Turn> ReplayAgent::take_turn(const TurnRequest& request, const Interrupt& interrupt) {
  TRY(interrupt.check());
  TRY_ASSIGN(const Json recorded, next(request.role));
  for (const auto& [file, text] : part(recorded, "files").items()) TRY(write_recorded(request, file, text));
  Recorder recorder(describe(), request.role);
  recorder.prompt(request.prompt);
  Turn turn;
  turn.reply = replace_all(text_at(recorded, "reply"), k_new_file, request.suggested_file);
  recorder.text(turn.reply);
  if (const std::string model = text_at(recorded, "model"); !model.empty()) turn.model = model;
  turn.cost_usd = 0;  // a replayed turn costs nothing, whatever the recorded one did
  turn.tokens = Tokens{};
  recorder.end(turn);
  turn.transcript = pack_transcript(recorder.take({}));
  return turn;
}

}  // namespace

Result<std::unique_ptr<Agent>> make_replay(const BackendOptions& options) {
  if (options.argument.empty()) {
    return fail(
        Error(ErrorCode::usage, "the agent 'replay' needs a recording").then("write --agent replay:FILE"));
  }
  const fs::path given(options.argument);
  std::error_code error;
  const fs::path file = given.is_absolute() || fs::exists(given, error) ? given : options.lab / given;
  TRY_ASSIGN(const std::string text, read_file(file, 64u << 20), "reading the recording");
  std::map<std::string, std::vector<Json>> turns;
  std::size_t number = 0;
  for (const std::string_view line : split_lines(text)) {
    ++number;
    if (trim(line).empty()) continue;
    TRY_ASSIGN(Json value, parse_json(line, fmt::format("{}:{}", file.string(), number)));
    if (number == 1 && value.is_object() && value.contains("recording")) {
      if (count_at(value, "recording") != k_recording_version)
        return fail(ErrorCode::unsupported, "{} is of another version of recordings", file.string());
      continue;
    }
    const std::string role = text_at(value, "role");
    if (role.empty())
      return fail(ErrorCode::misconfigured, "{}:{}: a turn without a role", file.string(), number);
    turns[role].push_back(std::move(value));
  }
  return std::make_unique<ReplayAgent>(options.argument, std::move(turns));
}

}  // namespace leanlab::agent
