// Backends: the table of all agents that leanlab knows, and the way from a name to an agent.
#include <algorithm>

#include <fmt/format.h>

#include "agent/agent.h"
#include "agent/backends/make.h"
#include "base/strings.h"

namespace leanlab::agent {
namespace {

Probe built_in() {
  return {.found = true, .path = "built in", .version = "", .logged_in = std::nullopt, .login = ""};
}

}  // namespace

const char* name(Role role) {
  switch (role) {
    case Role::worker:
      return "worker";
    case Role::director:
      return "director";
    case Role::critic:
      return "critic";
    case Role::architect:
      return "architect";
    case Role::fixer:
      return "fixer";
    case Role::spec_writer:
      return "spec-writer";
    case Role::engineer:
      return "engineer";
    case Role::reviewer:
      return "reviewer";
    case Role::tech_lead:
      return "tech-lead";
  }
  return "?";
}

const std::vector<Role>& every_role() {
  static const std::vector<Role> roles = {Role::worker,    Role::director, Role::critic,
                                          Role::architect, Role::fixer,    Role::spec_writer,
                                          Role::engineer,  Role::reviewer, Role::tech_lead};
  return roles;
}

const char* name(TurnEnd end) {
  switch (end) {
    case TurnEnd::done:
      return "done";
    case TurnEnd::failed:
      return "failed";
    case TurnEnd::rate_limited:
      return "rate_limited";
    case TurnEnd::overloaded:
      return "overloaded";
    case TurnEnd::logged_out:
      return "logged_out";
    case TurnEnd::out_of_credit:
      return "out_of_credit";
  }
  return "?";
}

const char* name(Network network) {
  switch (network) {
    case Network::unknown:
      return "";
    case Network::none:
      return "none";
    case Network::listed:
      return "listed hosts";
    case Network::unverified:
      return "not verified";
  }
  return "";
}

const std::vector<Backend>& backends() {
  static const std::vector<Backend> table = {
      {"tuner", "changes declared constants with an optimiser; no model, no key, no network", make_tuner,
       built_in},
      {"command", "any program: prompt on stdin, reply on stdout", make_command, built_in},
      {"claude", "Claude Code", make_claude, probe_claude, {"max_turns", "effort", "args"}},
      {"codex", "Codex", make_codex, probe_codex, {"effort", "args"}},
      {"acp", "any agent that speaks the Agent Client Protocol", make_acp, built_in},
      {"api",
       "the built-in agent over a model's API",
       make_api,
       probe_api,
       {"temperature", "max_tokens", "max_steps"}},
      {"replay", "plays a recorded session back", make_replay, built_in},
  };
  return table;
}

Probe probe_agent(const std::string& spec) {
  const std::string wanted = spec.substr(0, spec.find(':'));
  for (const Backend& backend : backends()) {
    if (wanted == backend.name) return backend.probe();
  }
  return {};
}

Result<std::unique_ptr<Agent>> make_agent(const std::string& spec, BackendOptions options) {
  const std::size_t colon = spec.find(':');
  const std::string wanted = spec.substr(0, colon);
  if (colon != std::string::npos) options.argument = spec.substr(colon + 1);
  const auto& table = backends();
  const auto row =
      std::find_if(table.begin(), table.end(), [&](const Backend& b) { return wanted == b.name; });
  if (row == table.end()) {
    std::vector<std::string> names;
    for (const Backend& b : table) names.emplace_back(b.name);
    const std::string near = nearest(wanted, names);
    return fail(Error(ErrorCode::usage, fmt::format("unknown agent '{}'", wanted))
                    .then(near.empty() ? fmt::format("choose one of {}", fmt::join(names, ", "))
                                       : fmt::format("did you mean '{}'?", near)));
  }
  TRY_ASSIGN(options.values, read_options(row->name, options.options, row->options));
  return row->make(options);
}

}  // namespace leanlab::agent
