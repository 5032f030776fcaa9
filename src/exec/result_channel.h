// ResultChannel: the engine's end of connection 1 of docs/formats/judge-protocol.md: greets a judge, takes its words.
#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace leanlab::exec {

/// What a judge sent. All of it came with the run's nonce; after the first thing that did not, nothing is taken.
struct JudgeWords {
  bool greeted = false;  ///< its hello came, for the contract that was asked for
  std::string result;    ///< what report() was given: a JSON object in one line; empty when there was none
  /// How lines of the candidate's texts begin that would pass for a result if the evaluator printed them.
  std::unordered_set<std::string> echoes;
  std::vector<std::string> notes;  ///< what people should see of the candidate's ways, each once
  std::string stats;               ///< requests, bytes and seconds, as a JSON object in one line; for people
  std::string violation;           ///< why it is no longer listened to; empty: all was well
};

class ResultChannel {
 public:
  /// Makes the connection and puts the greeting into it, with a new nonce. `objective`: the metric's name. Errors: io.
  [[nodiscard]] static Result<ResultChannel> make(const std::string& objective);

  /// The judge's end, until close_theirs().
  [[nodiscard]] int theirs() const { return theirs_.get(); }
  /// To be called when the judge has ended, so that listen() comes to an end.
  void close_theirs() { theirs_.close(); }
  /// Reads until the end. Call once. Blocks. `contract` is "isolated" or "proxied".
  [[nodiscard]] JudgeWords listen(const std::string& contract) const;

 private:
  Fd ours_, theirs_;
  std::string nonce_;
};

/// One frame with no body.
[[nodiscard]] std::string frame(const std::string& header);

}  // namespace leanlab::exec
