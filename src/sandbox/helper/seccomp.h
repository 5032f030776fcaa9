// Seccomp: the filter that answers the calls of call_rules(), and the count of those that were tried.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "request.h"
#include "seccomp_rules.h"

namespace leanlab::helper {

/// Installs the filter for good; needs no_new_privs. Counted calls go to a listener, which is handed to the guardian
/// through the set-up channel; where none can be had, they are denied uncounted.
void apply_seccomp(const Request& request);

/// The guardian's side: answers the calls that come to the listener and counts them.
class DeniedCalls {
 public:
  explicit DeniedCalls(const Request& request);
  ~DeniedCalls();
  DeniedCalls(const DeniedCalls&) = delete;
  DeniedCalls& operator=(const DeniedCalls&) = delete;

  void listen(int fd) { fd_ = fd; }
  void stop_listening();
  int fd() const { return fd_; }
  /// Answers one call. Ends listening when too many came; the rest is answered ENOSYS by the kernel.
  void answer_one();
  /// Name and count, most tried first.
  std::vector<std::pair<std::string, std::uint32_t>> counts() const;

 private:
  void let_go_on(std::uint64_t id) const;
  void count(const std::string& name);

  const Request& request_;
  std::vector<CallRule> rules_;
  std::vector<std::pair<std::string, std::uint32_t>> counts_;
  std::uint32_t total_ = 0;
  int fd_ = -1;
};

}  // namespace leanlab::helper
