// Opening what a run needs, in the order in which it may fail without leaving anything behind.
#include "metric/session.h"

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "lab/agent_reach.h"
#include "lab/judge_job.h"
#include "lab/live_log.h"
#include "metric/lab_lock.h"
#include "sandbox/probe.h"

namespace leanlab::metric {

Result<std::unique_ptr<Session>> Session::open(const lab::Project& project, const lab::Place& place,
                                               const lab::Config& config, const SessionOptions& options,
                                               const lab::EventSink& sink, const Clock& clock,
                                               const Interrupt& interrupt) {
  std::unique_ptr<Session> session(new Session(project, place, config, options, sink, clock, interrupt));
  session->tier = sandbox::probe().tier;
  if (options.min_tier) TRY(sandbox::require_tier(sandbox::probe(), *options.min_tier));
  TRY_ASSIGN(session->agent_folders, lab::agent_folders(project, place, config));
  TRY(lab::prepare_state(project));
  TRY_ASSIGN(FileLock lock, lock_lab(place, options.what, clock));
  session->lock_.emplace(std::move(lock));

  lab::BookReport found;
  TRY_ASSIGN(session->book, lab::Book::open(place, config, lab::Book::Mode::write, clock, &found));
  for (const std::string& notice : found.notices) session->inform(notice);

  TRY_ASSIGN(const auto locked, lab::current_lock(place));
  TRY(lab::agree_with_ledger(place, session->book->seal(), locked), "checking the seal of {}", place.name);
  if (locked) {
    TRY(lab::prove_seal(*locked, place, config), "checking the seal of {}", place.name);
    session->seal = *locked;
  } else {
    TRY_ASSIGN(session->seal, lab::make_seal(place, config));
    session->warn(fmt::format("{} is not locked: its scores are recorded as unsealed (leanlab lock {})",
                              place.name, join_command(std::vector{place.name})));
  }
  TRY_ASSIGN(session->judging, lab::choose_judging(place, config, session->seal, interrupt),
             "finding out how {} is judged", place.name);
  // The same lab has the same seal, locked or not.
  if (!locked && config.judge == lab::JudgeContract::automatic)
    lab::freeze_level(session->seal, session->judging.level);
  static_cast<void>(clear_abandoned_temp_directories());
  lab::clear_live_logs(place);
  TRY_ASSIGN(LeftTurns left, sort_work(place));
  for (const lab::TurnRecord& turn : left.cut_off) {
    TRY(session->book->record_event("turn", lab::to_record(turn)));
    session->cut_off.push_back(turn.role);
  }
  for (KeptTurn& kept : left.kept) {
    const bool steers = kept.record.role == "director" || kept.record.role == "critic";
    (steers ? session->kept_steering : session->kept).push_back(std::move(kept));
  }
  exec::LocalOptions local;
  local.slots = std::max<std::uint32_t>(1, options.evaluations);
  local.sharing =
      config.exclusive ? exec::LocalOptions::Sharing::exclusive : exec::LocalOptions::Sharing::shared;
  session->executor = exec::make_local_executor(local);
  session->next_name_ = session->book->last_number();
  session->next_proposal_ = session->book->proposals();
  return session;
}

void Session::tell(const lab::Event& event) {
  const std::lock_guard lock(sink_mutex_);
  if (sink_) sink_(event);
}

Status Session::prove() {
  Status proof = lab::prove_seal_quickly(seal, place);
  const std::lock_guard lock(seal_mutex_);
  if (!proof && !seal_broken_) seal_broken_ = std::move(proof.error());
  if (seal_broken_) return fail(*seal_broken_);
  return {};
}

Result<std::string> Session::prove_and_stamp() {
  // The stamp first: what is written to between the two is proved by its content or seen by prove_since().
  TRY_ASSIGN(std::string stamp, lab::stamp_sealed(seal, place));
  TRY(prove());
  return stamp;
}

Status Session::prove_since(const std::string& stamp) {
  const auto now = lab::stamp_sealed(seal, place);
  TRY(prove());
  if (now && *now == stamp) return {};
  const std::lock_guard lock(seal_mutex_);
  seal_broken_ =
      now ? Error(ErrorCode::integrity, "a sealed file was written to during an evaluation, and put back")
                .then("find out what wrote to the lab's folder, then run it again")
          : now.error();
  return fail(*seal_broken_);
}

bool Session::claim(const std::string& sha256) {
  const std::lock_guard lock(claims_mutex_);
  return claims_.insert(sha256).second;
}

std::string Session::free_name(const std::string& extension) {
  const std::lock_guard lock(names_mutex_);
  while (true) {
    std::string candidate = fmt::format("exp_{:04}{}", ++next_name_, extension);
    if (!fs::exists(fs::symlink_status(place.folder / config.experiments_dir / candidate))) return candidate;
  }
}

std::string Session::protection() const {
  return lab::protection_line(judging.level, tier);
}

}  // namespace leanlab::metric
