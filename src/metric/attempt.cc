// The steps of one attempt, in the order of the contract: propose, take in, judge, repair, record.
#include "metric/attempt.h"

#include "agent/replies.h"
#include "base/crash_point.h"
#include "base/random.h"
#include "base/strings.h"
#include "lab/prompts.h"
#include "metric/intake.h"
#include "metric/judge.h"
#include "metric/reach.h"
#include "metric/workspace.h"

namespace leanlab::metric {

namespace {

class Attempt {
 public:
  Attempt(AttemptContext& context, std::uint64_t number)
      : context_(context), session_(context.session), number_(number) {}
  ~Attempt() {
    // What was paid for and is not in the book stays for the next run.
    if (workspace_.folder.empty() || is_kept_) return;
    static_cast<void>(remove_tree(workspace_.folder));
    static_cast<void>(remove_tree(workspace_.folder.string() + ".home"));
  }
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  Result<AttemptEnd> propose_and_judge(std::uint64_t remaining);
  Result<AttemptEnd> recover_and_judge(const KeptTurn& kept);
  Result<AttemptEnd> judge_pending(const lab::Experiment& pending);
  Result<AttemptEnd> judge_submitted(const fs::path& file);

 private:
  void phase(lab::Phase phase, std::string detail = {}) {
    session_.tell(lab::PhaseChanged{number_, phase, experiment_.number > 0 ? experiment_.id() : std::string(),
                                    std::move(detail)});
  }
  Result<AttemptEnd> fruitless(const std::string& reason);
  Result<AttemptEnd> gave_nothing(const Error& why);
  Result<AttemptEnd> refused(const std::string& file, const Error& why);
  Status write_brief(const Material& material);
  Result<agent::Turn> propose(std::uint64_t remaining);
  Result<agent::Turn> ask_again(agent::Turn turn, std::uint64_t remaining);
  enum class Makes { proposal, repair };
  Result<agent::Turn> take_turn(Makes makes, std::string prompt, std::uint64_t remaining);
  Result<AttemptEnd> use(const agent::Turn& turn);
  void note_refusals(const lab::TurnRecord& record);
  Status let_go();
  void tell(const agent::Pause& pause);
  std::string proposed_file(const agent::Turn& turn);
  Status take_in_proposal(const Intake& intake, const agent::Turn& turn);
  void add_cost(const agent::Turn& turn);
  Result<AttemptEnd> judge_until_done();
  Result<bool> repair();
  Result<AttemptEnd> record();

  AttemptContext& context_;
  Session& session_;
  const std::uint64_t number_;
  std::optional<std::uint64_t> proposal_;  // none: the turn was one of an earlier run
  Workspace workspace_;
  std::string file_in_workspace_;
  std::optional<std::string> agent_session_;
  std::string brief_;       // the first prompt
  std::string transcript_;  // blob
  std::vector<lab::DeniedTry> refusals_;
  bool is_kept_ = false;  // the turn's note says what it made
  lab::Experiment experiment_;
};

Result<AttemptEnd> Attempt::fruitless(const std::string& reason) {
  TRY(session_.book->record_refusal({"", reason}, context_.agent->describe()));
  if (proposal_) context_.agent->forget(*proposal_);
  session_.tell(lab::AttemptFailed{number_, reason});
  return AttemptEnd::fruitless;
}

// A turn that failed costs its turn, and the next may do better. A free agent knows what it has: without more there is no next.
Result<AttemptEnd> Attempt::gave_nothing(const Error& why) {
  TRY(fruitless(one_line(why) + (why.next.empty() ? "" : "; " + why.next)));
  if (context_.agent->capabilities().free) return fail(why);
  return AttemptEnd::fruitless;
}

Result<AttemptEnd> Attempt::refused(const std::string& file, const Error& why) {
  const lab::Refusal refusal{file, why.message};
  TRY(session_.book->record_refusal(refusal,
                                    context_.agent != nullptr ? context_.agent->describe() : "person"));
  if (context_.agent != nullptr && proposal_) context_.agent->forget(*proposal_);
  context_.on_refused(refusal);
  session_.tell(lab::AttemptRefused{number_, refusal});
  return AttemptEnd::refused;
}

Result<agent::Turn> Attempt::take_turn(Makes makes, std::string prompt, std::uint64_t remaining) {
  agent::TurnRequest request;
  request.role = agent::Role::worker;
  request.prompt = std::move(prompt);
  request.workspace = workspace_.folder;
  request.experiments_dir = session_.config.experiments_dir;
  request.suggested_file = workspace_.suggested_file;
  request.parent_file = workspace_.parent_file;
  request.proposal = proposal_.value_or(0);
  request.seed = context_.seed;
  request.remaining = remaining;
  request.session = agent_session_;
  request.session_tokens = experiment_.tokens;
  if (makes == Makes::repair) request.previous_error = experiment_.reason;
  request.limit = session_.config.agent_limit;
  const TurnPurpose purpose{.attempt = number_,
                            .folder = workspace_.folder,
                            .workspace = makes == Makes::proposal ? &workspace_ : nullptr,
                            .parent = experiment_.parent,
                            .on_pause = [this](const agent::Pause& pause) { tell(pause); }};
  const auto started = session_.clock.steady();
  request.brief = brief_;
  set_reach(session_, request);
  auto taken = context_.turns->take(*context_.agent, std::move(request), purpose);
  const double seconds = std::chrono::duration<double>(session_.clock.steady() - started).count();
  experiment_.turn_seconds = experiment_.turn_seconds.value_or(0) + seconds;
  if (!taken) return fail(std::move(taken.error()));
  agent_session_ = taken->turn.session;
  transcript_ = taken->record.transcript;
  note_refusals(taken->record);
  is_kept_ = makes == Makes::proposal && !taken->record.id.empty();
  return std::move(taken->turn);
}

// What the Worker tried stands with what its experiment tried.
void Attempt::note_refusals(const lab::TurnRecord& record) {
  for (const agent::Denied& denied : record.denied)
    refusals_.push_back({record.role, denied.what, denied.count});
}

// What the turn made is in the book, or came to nothing: its note goes.
Status Attempt::let_go() {
  if (!is_kept_) return {};
  is_kept_ = false;
  return drop_note(note_of(workspace_.folder));
}

// A pause is told as what the attempt does now; its beginning also stands in the log.
void Attempt::tell(const agent::Pause& pause) {
  if (pause.begins)
    session_.warn(
        fmt::format("{}: {}{}{}", pause.agent, pause.problem, pause.next.empty() ? "" : "; ", pause.next));
  phase(lab::Phase::waiting, agent::describe(pause));
}

// The file that the turn reports, else the only new one.
std::string Attempt::proposed_file(const agent::Turn& turn) {
  if (const auto report = agent::find_worker_report(turn.reply)) {
    experiment_.notes = report->notes;
    const fs::path named = report->experiment_file;
    const fs::path inside = named.is_absolute() ? named : workspace_.folder / named;
    const fs::path among = workspace_.folder / session_.config.experiments_dir / named.filename();
    for (const fs::path& path : {inside, among}) {
      std::error_code error;
      if (!named.empty() && fs::exists(fs::symlink_status(path, error))) return path.string();
    }
  }
  const std::string fresh = new_file(workspace_, session_.config.experiments_dir);
  return fresh.empty() ? fresh : (workspace_.folder / fresh).string();
}

void Attempt::add_cost(const agent::Turn& turn) {
  if (turn.cost_usd) experiment_.cost_usd = experiment_.cost_usd.value_or(0) + *turn.cost_usd;
  if (!turn.tokens) return;
  agent::Tokens sum = experiment_.tokens.value_or(agent::Tokens{});
  sum.input += turn.tokens->input;
  sum.output += turn.tokens->output;
  sum.cache_read += turn.tokens->cache_read;
  sum.cache_write += turn.tokens->cache_write;
  experiment_.tokens = sum;
}

Status Attempt::write_brief(const Material& material) {
  TRY_ASSIGN(brief_, lab::worker_prompt({session_.place, session_.config, *session_.book},
                                        {material.parent, material.inspirations, workspace_.parent_file,
                                         workspace_.suggested_file}));
  return {};
}

Result<agent::Turn> Attempt::propose(std::uint64_t remaining) {
  context_.proposing.acquire();
  struct Release {
    std::counting_semaphore<>& semaphore;
    ~Release() { semaphore.release(); }
  } const release{context_.proposing};
  TRY(session_.interrupt.check());
  phase(lab::Phase::proposing);
  proposal_ = session_.next_proposal();
  TRY_ASSIGN(const Material material, pick(session_), "choosing what to start from");
  TRY_ASSIGN(workspace_, make_workspace(session_, material, number_), "making a private copy of {}",
             session_.place.name);
  TRY(write_brief(material));
  if (material.parent) experiment_.parent = material.parent->id();
  TRY_ASSIGN(agent::Turn turn, take_turn(Makes::proposal, brief_, remaining));
  crash_point("loop.proposed");
  return ask_again(std::move(turn), remaining);
}

// A turn that ended without a file is asked for it once, where its session can go on.
Result<agent::Turn> Attempt::ask_again(agent::Turn turn, std::uint64_t remaining) {
  if (!context_.agent->capabilities().sessions || !turn.session || !proposed_file(turn).empty()) return turn;
  add_cost(turn);
  auto again = take_turn(Makes::proposal, lab::no_file_prompt(workspace_.suggested_file), remaining);
  if (again) return again;
  if (again.error().code == ErrorCode::budget_spent) return turn;
  is_kept_ = false;  // its note is gone
  return again;
}

Result<AttemptEnd> Attempt::propose_and_judge(std::uint64_t remaining) {
  session_.tell(lab::AttemptStarted{number_, context_.agent->describe()});
  phase(lab::Phase::waiting);
  auto turn = propose(remaining);
  if (!turn && turn.error().code == ErrorCode::goal_not_met) return gave_nothing(turn.error());
  TRY(turn);
  return use(*turn);
}

Result<AttemptEnd> Attempt::recover_and_judge(const KeptTurn& kept) {
  session_.tell(lab::AttemptStarted{number_, kept.agent});
  workspace_ = kept.workspace;
  is_kept_ = true;
  experiment_.parent = kept.parent;
  experiment_.turn_seconds = kept.record.seconds;
  agent_session_ = kept.turn.session;
  note_refusals(kept.record);
  transcript_ = kept.record.transcript;
  TRY_ASSIGN(const Material material, pick(session_), "choosing what to start from");
  TRY(write_brief(material));
  // The crash may have come just behind its record: then it is in the book, and nothing is to be told.
  const std::string file = proposed_file(kept.turn);
  const auto intake = take_in(session_, file, workspace_.folder / session_.config.experiments_dir);
  if (intake) {
    TRY_ASSIGN(const auto known, session_.book->find_hash(intake->sha256));
    if (known) {
      TRY(let_go());
      return AttemptEnd::refused;
    }
  }
  return use(kept.turn);
}

// From a turn that ended to a verdict.
Result<AttemptEnd> Attempt::use(const agent::Turn& turn) {
  const std::string file = proposed_file(turn);
  if (file.empty()) {
    TRY(let_go());
    return fruitless("the turn ended without a new experiment file");
  }
  add_cost(turn);
  auto intake = take_in(session_, file, workspace_.folder / session_.config.experiments_dir);
  Status fresh = intake ? refuse_duplicate(session_, *intake) : fail(intake.error());
  if (!fresh && fresh.error().code == ErrorCode::goal_not_met) {
    TRY(let_go());
    return refused(fs::path(file).filename().string(), fresh.error());
  }
  TRY(std::move(fresh));
  file_in_workspace_ = file;
  TRY(take_in_proposal(*intake, turn));
  TRY(let_go());
  return judge_until_done();
}

Status Attempt::take_in_proposal(const Intake& intake, const agent::Turn& turn) {
  TRY_ASSIGN(const std::string hash, session_.book->blobs().put(intake.bytes), "storing {}", intake.name);
  lab::Proposal proposal;
  proposal.transcript = transcript_;
  if (transcript_.empty() && !turn.transcript.empty()) {
    TRY_ASSIGN(proposal.transcript, session_.book->blobs().put(turn.transcript), "storing the transcript");
  }
  TRY_ASSIGN(proposal.file, place_in_lab(session_, intake, intake.name));
  proposal.sha256 = hash;
  const std::string own_words = notes_of(intake.bytes);
  proposal.notes = own_words.empty() ? experiment_.notes : own_words;
  proposal.parent = experiment_.parent;
  proposal.agent = context_.agent != nullptr ? context_.agent->describe() : "person";
  proposal.origin = context_.agent != nullptr ? lab::Origin::run : lab::Origin::submitted;
  proposal.cost_usd = experiment_.cost_usd;
  proposal.tokens = experiment_.tokens;
  proposal.turn_seconds = experiment_.turn_seconds;
  proposal.driver = session_.driver;
  TRY_ASSIGN(experiment_, session_.book->propose(proposal));
  crash_point("loop.taken_in");
  return {};
}

Result<AttemptEnd> Attempt::judge_pending(const lab::Experiment& pending) {
  experiment_ = pending;
  session_.tell(lab::AttemptStarted{number_, experiment_.agent});
  TRY_ASSIGN(const std::string bytes, session_.book->blobs().get(experiment_.sha256), "continuing {}",
             experiment_.id());
  TRY(replace_in_lab(session_, experiment_.file, bytes));
  return judge_until_done();
}

Result<AttemptEnd> Attempt::judge_submitted(const fs::path& file) {
  session_.tell(lab::AttemptStarted{number_, "person"});
  const fs::path experiments = session_.place.folder / session_.config.experiments_dir;
  auto intake = take_in(session_, file, experiments);
  Status fresh = intake ? refuse_duplicate(session_, *intake) : fail(intake.error());
  if (!fresh && fresh.error().code == ErrorCode::goal_not_met) return refused(file.string(), fresh.error());
  TRY(std::move(fresh));
  // The file is in its place already; what is judged is the stored copy's bytes, proved after the evaluation.
  lab::Proposal proposal;
  TRY_ASSIGN(proposal.sha256, session_.book->blobs().put(intake->bytes), "storing {}", intake->name);
  proposal.file = fs::canonical(file).lexically_relative(fs::canonical(session_.place.folder)).string();
  proposal.notes = notes_of(intake->bytes);
  proposal.agent = "person";
  proposal.origin = lab::Origin::submitted;
  proposal.driver = session_.driver;
  TRY_ASSIGN(experiment_, session_.book->propose(proposal));
  crash_point("loop.taken_in");
  return judge_until_done();
}

Result<AttemptEnd> Attempt::judge_until_done() {
  experiment_.evaluation_seed = derive_seed(context_.seed, "evaluation", experiment_.number) >> 33;
  while (true) {
    phase(lab::Phase::queued);
    TRY(judge(session_, experiment_, [&](lab::Phase now) { phase(now); }));
    crash_point("loop.judged");
    if (experiment_.verdict != lab::Verdict::invalid) return record();
    TRY_ASSIGN(const bool repaired, repair());
    if (!repaired) return record();
  }
}

// True when the agent has mended its file, so that it is judged again.
Result<bool> Attempt::repair() {
  const bool possible =
      context_.agent != nullptr && context_.agent->capabilities().can_repair && !workspace_.folder.empty();
  if (!possible || experiment_.fixes >= session_.config.max_fix_calls) return false;
  const std::uint32_t fix = experiment_.fixes + 1;
  phase(lab::Phase::repairing, fmt::format("fix {} of {}", fix, session_.config.max_fix_calls));
  const fs::path file = fs::path(file_in_workspace_).lexically_relative(workspace_.folder);
  std::string prompt =
      lab::repair_prompt(file.string(), experiment_.reason, fix, session_.config.max_fix_calls);
  if (!agent_session_) prompt = brief_ + "\n\n" + prompt;  // it has forgotten what it was asked
  auto turn = take_turn(Makes::repair, std::move(prompt), 0);
  if (!turn && turn.error().code == ErrorCode::budget_spent) return false;
  if (!turn && turn.error().code != ErrorCode::goal_not_met) return fail(turn.error());
  experiment_.fixes = fix;
  if (turn) add_cost(*turn);
  const auto intake =
      take_in(session_, file_in_workspace_, workspace_.folder / session_.config.experiments_dir);
  if (!intake || intake->sha256 == experiment_.sha256) return false;  // nothing was mended
  TRY_ASSIGN(experiment_.sha256, session_.book->blobs().put(intake->bytes));
  TRY(replace_in_lab(session_, experiment_.file, intake->bytes));
  TRY(session_.book->repair(experiment_.number, experiment_.sha256, experiment_.reason));
  crash_point("loop.repaired");
  experiment_.reason.clear();
  return true;
}

Result<AttemptEnd> Attempt::record() {
  phase(lab::Phase::recording);
  const auto previous_best = session_.book->best();
  experiment_.denied.insert(experiment_.denied.begin(), refusals_.begin(), refusals_.end());
  TRY_ASSIGN(const lab::Experiment recorded, session_.book->record(experiment_));
  crash_point("loop.recorded");
  context_.on_recorded(recorded);
  session_.tell(lab::AttemptFinished{number_, recorded, previous_best});
  if (recorded.verdict == lab::Verdict::tampered) TRY(session_.prove());  // broken sealed bytes stop the run
  return AttemptEnd::recorded;
}

}  // namespace

Result<AttemptEnd> run_attempt(AttemptContext& context, std::uint64_t attempt, std::uint64_t remaining) {
  return Attempt(context, attempt).propose_and_judge(remaining);
}

Result<AttemptEnd> recover_attempt(AttemptContext& context, std::uint64_t attempt, const KeptTurn& kept) {
  return Attempt(context, attempt).recover_and_judge(kept);
}

Result<AttemptEnd> continue_attempt(AttemptContext& context, std::uint64_t attempt,
                                    const lab::Experiment& pending) {
  return Attempt(context, attempt).judge_pending(pending);
}

Result<AttemptEnd> submit_attempt(AttemptContext& context, std::uint64_t attempt, const fs::path& file) {
  return Attempt(context, attempt).judge_submitted(file);
}

}  // namespace leanlab::metric
