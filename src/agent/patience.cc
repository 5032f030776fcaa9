// The pause that the provider names is taken as it is; a pause of ours doubles from one to the next.
#include "agent/patience.h"

#include <algorithm>
#include <cstdlib>

namespace leanlab::agent {

namespace {

using std::chrono::milliseconds;

const char* title(TurnEnd end) {
  switch (end) {
    case TurnEnd::rate_limited:
      return "rate limit";
    case TurnEnd::overloaded:
      return "the model is overloaded";
    case TurnEnd::logged_out:
      return "not logged in";
    case TurnEnd::out_of_credit:
      return "out of credit";
    default:
      return name(end);
  }
}

// A countdown ends with its last second.
constexpr milliseconds k_worth_telling{200};

bool needs_person(TurnEnd end) {
  return end == TurnEnd::logged_out || end == TurnEnd::out_of_credit;
}

// Often enough to be a countdown, seldom enough for a log.
milliseconds between_tellings(milliseconds left) {
  if (left <= milliseconds(20'000)) return milliseconds(1000);
  if (left <= milliseconds(600'000)) return milliseconds(10'000);
  return milliseconds(60'000);
}

}  // namespace

std::string describe(const Pause& pause) {
  const milliseconds whole = std::chrono::ceil<std::chrono::seconds>(pause.left);
  return fmt::format("{}: {} goes on in {} (at {})", title(pause.why), pause.agent, human_duration(whole),
                     local_clock_time(pause.until));
}

PatienceOptions patience_options() {
  PatienceOptions options;
  const char* given = std::getenv("LEANLAB_PATIENCE");
  if (given == nullptr || *given == '\0') return options;
  const milliseconds most(
      static_cast<std::int64_t>(std::clamp(std::strtod(given, nullptr), 0.0, 1e7) * 1000));
  options.most = options.most_for_person = most;
  options.first_pause = std::min(options.first_pause, std::max(milliseconds(200), most / 8));
  return options;
}

void add_usage(Turn& sum, const Turn& turn) {
  if (turn.cost_usd) sum.cost_usd = sum.cost_usd.value_or(0) + *turn.cost_usd;
  sum.denied.insert(sum.denied.begin(), turn.denied.begin(), turn.denied.end());
  if (!turn.tokens) return;
  Tokens tokens = sum.tokens.value_or(Tokens{});
  tokens.input += turn.tokens->input;
  tokens.output += turn.tokens->output;
  tokens.cache_read += turn.tokens->cache_read;
  tokens.cache_write += turn.tokens->cache_write;
  sum.tokens = tokens;
}

Result<Pause> Patience::next_pause(const Agent& agent, const Turn& turn) {
  const std::lock_guard lock(mutex_);
  Pause pause{turn.end, agent.describe(), turn.failure, turn.next, {}, {}, true};
  const SteadyTime now = clock_.steady();
  if (!since_) since_ = now;
  const unsigned doublings = std::min(in_a_row_, 20u);
  pause.left = std::min(options_.first_pause * (1 << doublings), options_.longest_pause);
  if (turn.retry_at) {
    // A second more: clocks differ. A time in the past is no better than our own pause.
    const auto named = *turn.retry_at - clock_.now() + milliseconds(1000);
    if (named > milliseconds(0)) pause.left = std::chrono::duration_cast<milliseconds>(named);
  }
  ++in_a_row_;
  const milliseconds most = needs_person(turn.end) ? options_.most_for_person : options_.most;
  const auto waited = std::chrono::duration_cast<milliseconds>(now - *since_);
  if (waited + pause.left > most) {
    Error error(ErrorCode::agent_unavailable, fmt::format("{}: {}", pause.agent, turn.failure));
    error.next = turn.next.empty()
                     ? "run it again later (run --resume goes on), or choose another agent with --agent"
                     : turn.next;
    if (waited > milliseconds(0))
      error.context.push_back(fmt::format("having waited {} for it", human_duration(waited)));
    return fail(std::move(error));
  }
  pause.until = clock_.now() + pause.left;
  current_ = pause;
  return pause;
}

Status Patience::wait(Pause pause, const Interrupt& interrupt, const OnPause& on_pause) const {
  const SteadyTime end = clock_.steady() + pause.left;
  while (pause.left > milliseconds(0)) {
    if (on_pause && (pause.begins || pause.left >= k_worth_telling)) on_pause(pause);
    pause.begins = false;
    if (interrupt.wait_for(std::min(pause.left, between_tellings(pause.left)))) return interrupt.check();
    pause.left = std::chrono::duration_cast<milliseconds>(end - clock_.steady());
  }
  return {};
}

Status Patience::hold_back(const Interrupt& interrupt, const OnPause& on_pause) {
  while (true) {
    std::optional<Pause> others;
    {
      const std::lock_guard lock(mutex_);
      others = current_;
    }
    if (!others) return {};
    others->left = std::chrono::duration_cast<milliseconds>(others->until - clock_.now());
    if (others->left <= milliseconds(0)) return {};
    others->left = std::min(others->left, options_.longest_pause);
    others->begins = false;
    TRY(wait(*others, interrupt, on_pause));
  }
}

void Patience::forget() {
  const std::lock_guard lock(mutex_);
  current_.reset();
  since_.reset();
  in_a_row_ = 0;
}

Result<Turn> Patience::take_turn(Agent& agent, const TurnRequest& request, const Interrupt& interrupt,
                                 const OnPause& on_pause, Turn* spent) {
  Turn before;
  TurnRequest again = request;
  while (true) {
    TRY(hold_back(interrupt, on_pause));
    TRY_ASSIGN(Turn turn, agent.take_turn(again, interrupt));
    add_usage(turn, before);
    if (!is_parked(turn.end)) {
      forget();
      turn.transcript.insert(0, before.transcript);
      return turn;
    }
    before = turn;
    if (spent != nullptr) *spent = before;
    if (turn.session) again.session = turn.session;
    TRY_ASSIGN(const Pause pause, next_pause(agent, turn));
    TRY(wait(pause, interrupt, on_pause));
  }
}

}  // namespace leanlab::agent
