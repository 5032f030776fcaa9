// KnownAcp: what some ACP agents need beyond the protocol: their login, and settings that suit our sandbox.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/home.h"

namespace leanlab::agent {

/// Settings of ours that overrule a person's in the agent's copy of them.
struct OverrulingSettings {
  const char* file = nullptr;   ///< a JSON file of `settings`; null: there are none
  const char* patch = nullptr;  ///< what is merged into it (RFC 7386)
};

struct KnownAcp {
  std::vector<std::string> names;      ///< of its program or its package
  const char* variable;                ///< names its configuration folder; may be empty
  const char* folder;                  ///< that folder below HOME
  std::vector<std::string> logins;     ///< files in it: lent for a turn, and given back when renewed
  std::vector<std::string> settings;   ///< files in it that it gets copies of
  std::vector<std::string> variables;  ///< of a person's environment, "*" at the end for a prefix
  Environment env;                     ///< set for it
  OverrulingSettings overruling;
  const char* login;  ///< how a person logs in
  [[nodiscard]] bool is_codex() const { return names.front() == std::string_view("codex-acp"); }
};

/// The one that a command line runs; null: none of them.
[[nodiscard]] const KnownAcp* known_acp(const std::vector<std::string>& words);

}  // namespace leanlab::agent
