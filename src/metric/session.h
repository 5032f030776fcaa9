// Session: what a run or a submission holds open: lock, book, seal, executor, and the way to tell the world.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/fs.h"
#include "base/interrupt.h"
#include "base/result.h"
#include "exec/executor.h"
#include "lab/book.h"
#include "lab/config.h"
#include "lab/events.h"
#include "lab/judging.h"
#include "lab/project.h"
#include "lab/seal.h"
#include "metric/kept_turn.h"

namespace leanlab::metric {

struct SessionOptions {
  std::string what = "run";       ///< for the lock's text
  std::uint32_t evaluations = 1;  ///< at once
  std::optional<sandbox::Tier> min_tier;
  std::string driver = "unknown";
};

class Session {
 public:
  /// Takes the lock, then opens book and seal; notices go to `sink`. Errors: lab_busy, misconfigured, integrity, io, no_space.
  [[nodiscard]] static Result<std::unique_ptr<Session>> open(const lab::Project& project,
                                                             const lab::Place& place,
                                                             const lab::Config& config,
                                                             const SessionOptions& options,
                                                             const lab::EventSink& sink, const Clock& clock,
                                                             const Interrupt& interrupt);

  /// Tells the world; thread: any.
  void tell(const lab::Event& event);
  void warn(std::string text) { tell(lab::Notice{lab::Notice::Kind::warning, std::move(text)}); }
  void inform(std::string text) { tell(lab::Notice{lab::Notice::Kind::info, std::move(text)}); }

  /// A file name in the experiments folder that nobody has yet: `exp_0007.py`. Thread: any.
  [[nodiscard]] std::string free_name(const std::string& extension);
  /// The number of the next proposal, each given once: with the seed it fixes what a tuner chooses. Thread: any.
  [[nodiscard]] std::uint64_t next_proposal() { return next_proposal_++; }
  /// False when another attempt of this session has these bytes already. Thread: any.
  [[nodiscard]] bool claim(const std::string& sha256);
  /// One line for the start of a run: what keeps judge and candidate apart, and what that means.
  [[nodiscard]] std::string protection() const;
  /// The sealed bytes are as they were. Errors: integrity; once it has failed it fails for ever.
  [[nodiscard]] Status prove();
  /// prove(), and what stat says of the sealed files: for the moment before an evaluation.
  [[nodiscard]] Result<std::string> prove_and_stamp();
  /// prove() behind an evaluation, and that no sealed file was written to since `stamp`. Errors: integrity.
  [[nodiscard]] Status prove_since(const std::string& stamp);

  const lab::Project project;
  const lab::Place place;
  const lab::Config config;
  const Clock& clock;
  const Interrupt& interrupt;
  const std::string driver;
  std::unique_ptr<lab::Book> book;
  lab::Seal seal;
  std::unique_ptr<exec::Executor> executor;
  sandbox::Tier tier = sandbox::Tier::C;   ///< what this machine gives
  lab::Judging judging;                    ///< the contract of every evaluation, and why
  std::vector<std::string> agent_folders;  ///< that agents may change besides their workspaces
  std::vector<std::string> cut_off;        ///< roles of turns that an earlier run began, and that never ended
  std::vector<KeptTurn> kept_steering;     ///< those of Directors and Critics, whose texts are not taken over
  std::vector<KeptTurn> kept;  ///< turns of an earlier run that ended, and whose files are not in the book

 private:
  Session(const lab::Project& p, const lab::Place& l, const lab::Config& c, const SessionOptions& options,
          const lab::EventSink& sink, const Clock& k, const Interrupt& i)
      : project(p), place(l), config(c), clock(k), interrupt(i), driver(options.driver), sink_(sink) {}

  const lab::EventSink& sink_;
  std::mutex sink_mutex_;
  std::optional<FileLock> lock_;
  std::mutex seal_mutex_;
  std::optional<Error> seal_broken_;
  std::atomic<std::uint64_t> next_proposal_ = 0;  ///< goes on from the book's count
  std::mutex names_mutex_;
  std::uint64_t next_name_ = 0;
  std::mutex claims_mutex_;
  std::set<std::string> claims_;  ///< hashes of what this session took in
};

}  // namespace leanlab::metric
