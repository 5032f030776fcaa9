// Shared mappings: memory that stays although nobody maps it any more. The pages of a mapping that is shared and has no file belong to the
// mapping's object, not to who looked at them: a program that lets go of all pages but one keeps them, and no process is seen to use them.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include <linux/seccomp.h>

#include "request.h"

namespace leanlab::helper {

class SharedMappings {
 public:
  explicit SharedMappings(const Request& request) : request_(request) {}

  /// Whether the mapping that the stopped mmap(2) asks for fits into the run's memory, with all that its processes hold of this kind
  /// counted at its full size; if so it is taken as made.
  bool fits(const seccomp_notif& call);

 private:
  void look_for_living();

  const Request& request_;
  std::map<std::uint64_t, std::uint64_t> objects_;  ///< size by inode
  std::vector<std::uint64_t> made_;                 ///< sizes of those that were allowed since the last look
};

}  // namespace leanlab::helper
