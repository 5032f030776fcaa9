// Stopped calls: the guardian's side of the filter. A call that a rule sends here waits until it is answered: denied and counted,
// done in the command's place, or let go on.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <linux/seccomp.h>

#include "request.h"
#include "seccomp_rules.h"
#include "shared_mappings.h"

namespace leanlab::helper {

class StoppedCalls {
 public:
  explicit StoppedCalls(const Request& request);
  ~StoppedCalls();
  StoppedCalls(const StoppedCalls&) = delete;
  StoppedCalls& operator=(const StoppedCalls&) = delete;

  /// Takes the listener over.
  void listen(int fd);
  void stop_listening();
  int fd() const { return fd_; }
  /// Answers one call; blocks where none waits.
  void answer_one();
  /// What was tried and did not lead where it should, with its count, most tried first.
  std::vector<std::pair<std::string, std::uint32_t>> counts() const;

 private:
  void answer(const seccomp_notif& call, const CallRule& rule);
  void serve_signal(const seccomp_notif& call, const CallRule& rule);
  void answer_file(const seccomp_notif& call);
  void tell_of_file(const seccomp_notif& call);
  void deny(const seccomp_notif& call, int error) const;
  void let_go_on(const seccomp_notif& call) const;
  bool hand_over(const seccomp_notif& call, int fd, bool close_on_exec) const;
  void count(const std::string& name);

  const Request& request_;
  std::vector<CallRule> rules_;
  SharedMappings mappings_{request_};
  std::vector<std::pair<std::string, std::uint32_t>> counts_;
  int fd_ = -1;
};

}  // namespace leanlab::helper
