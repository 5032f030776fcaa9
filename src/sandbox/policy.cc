// Names of tiers and roles, as records and screens show them.
#include "sandbox/policy.h"

namespace leanlab::sandbox {

const char* name(Tier tier) {
  switch (tier) {
    case Tier::A:
      return "A";
    case Tier::B:
      return "B";
    case Tier::C:
      return "C";
  }
  return "C";
}

const char* name(Role role) {
  switch (role) {
    case Role::judge:
      return "judge";
    case Role::candidate:
      return "candidate";
    case Role::agent:
      return "agent";
    case Role::in_process:
      return "in_process";
  }
  return "in_process";
}

}  // namespace leanlab::sandbox
