// One function a role; what is not granted here is not there.
#include "sandbox/policies.h"

namespace leanlab::sandbox {
namespace {

void add(Policy& policy, const std::vector<std::string>& paths, Access access) {
  for (const std::string& path : paths) policy.paths.push_back({path, access});
}

Policy reading(Role role, const std::vector<std::string>& paths, const Limits& limits) {
  Policy policy;
  policy.role = role;
  policy.limits = limits;
  add(policy, paths, Access::read);
  return policy;
}

}  // namespace

Policy judge_policy(const std::vector<std::string>& sealed, const Limits& limits) {
  return reading(Role::judge, sealed, limits);
}

Policy candidate_policy(const std::vector<std::string>& own_and_public, Forks forks, const Limits& limits) {
  Policy policy = reading(Role::candidate, own_and_public, limits);
  policy.fork = forks == Forks::allowed;
  return policy;
}

Policy in_process_policy(const std::vector<std::string>& readable, const Limits& limits) {
  return reading(Role::in_process, readable, limits);
}

Policy agent_policy(const std::vector<std::string>& writable, const std::vector<std::string>& readable,
                    const Limits& limits) {
  Policy policy = reading(Role::agent, readable, limits);
  add(policy, writable, Access::write);
  policy.network = true;
  return policy;
}

}  // namespace leanlab::sandbox
