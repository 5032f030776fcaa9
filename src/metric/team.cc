// Choosing who plays which role.
#include "metric/team.h"

#include <algorithm>

#include "agent/ready.h"
#include "base/random.h"
#include "base/strings.h"

namespace leanlab::metric {

namespace {

const std::vector<std::string>& roles_of_a_lab() {
  static const std::vector<std::string> roles{"worker", "director", "critic", "architect", "fixer"};
  return roles;
}

bool plays(const agent::Agent& agent, const std::string& role) {
  const auto roles = agent.capabilities().roles;
  return std::any_of(roles.begin(), roles.end(),
                     [&](agent::Role played) { return agent::name(played) == role; });
}

/// A program that was named for the Worker alone is written for that role.
bool is_program(const std::string& spec) {
  return spec.starts_with("command:");
}

Status know_the_roles(const std::map<std::string, std::string>& wanted) {
  for (const auto& [role, spec] : wanted) {
    const auto& roles = roles_of_a_lab();
    if (role.empty() || std::find(roles.begin(), roles.end(), role) != roles.end()) continue;
    const std::string near = nearest(role, roles);
    return fail(Error(ErrorCode::usage, fmt::format("--agent {}={}: a lab has no such role", role, spec))
                    .then(near.empty() ? fmt::format("the roles are {}", fmt::join(roles, ", "))
                                       : fmt::format("did you mean {}={}?", near, spec)));
  }
  return {};
}

}  // namespace

/// Fills a team, role by role.
class Team::Maker {
 public:
  Maker(Team& team, Session& session, const std::map<std::string, std::string>& wanted, bool say_so)
      : team_(team), session_(session), wanted_(wanted), say_so_(say_so) {}

  Status fill() {
    TRY(know_the_roles(wanted_));
    TRY(fill_worker());
    TRY(fill_other("director"));
    return fill_other("critic");
  }

 private:
  enum class Must { play, fit };  // fit: whoever cannot play the role is left out

  Status add(const std::string& role, const lab::AgentChoice& choice, Must must) {
    auto& made = team_.agents_[choice.options.empty() ? choice.spec : choice.spec + " " + choice.options];
    if (!made) {
      agent::BackendOptions options;
      options.direction = session_.config.objective.direction;
      options.lab = session_.place.folder;
      options.options = choice.options;
      TRY_ASSIGN(made, agent::make_agent(choice.spec, options));
    }
    if (plays(*made, role)) {
      team_.roles_[role].push_back({made.get(), choice.weight});
      return {};
    }
    if (must == Must::fit) return {};
    return fail(Error(ErrorCode::misconfigured, fmt::format("{} cannot play the {}", made->describe(), role))
                    .then(fmt::format("name another agent: --agent {}=NAME", role)));
  }
  Status add_all(const std::string& role, const std::vector<lab::AgentChoice>& choices, Must must) {
    for (const lab::AgentChoice& choice : choices) TRY(add(role, choice, must));
    return {};
  }
  /// The flags, then lab.json and the layers around it. True when one of them named somebody.
  Result<bool> add_named(const std::string& role) {
    if (const auto flag = wanted_.find(role); flag != wanted_.end()) {
      TRY(add(role, {.spec = flag->second}, Must::play));
      return true;
    }
    if (const auto flag = wanted_.find(""); flag != wanted_.end()) {
      TRY(add(role, {.spec = flag->second}, role == "worker" ? Must::play : Must::fit));
      return true;
    }
    if (const auto found = session_.config.agents.find(role); found != session_.config.agents.end()) {
      if (say_so_ && role == "worker")
        session_.inform(
            fmt::format("agent: {}, as lab.json or your configuration says", described(found->second)));
      TRY(add_all(role, found->second, Must::play));
      return true;
    }
    return false;
  }
  Status fill_worker() {
    TRY_ASSIGN(const bool named, add_named("worker"));
    if (named) return {};
    const std::string ready = agent::ready_agent();
    if (say_so_ && ready.empty())
      session_.inform(
          "agent: tuner, the built-in optimiser, because nothing names "
          "one, and none is installed and logged in");
    if (say_so_ && !ready.empty())
      session_.inform(
          fmt::format("agent: {}, because it is installed and logged in, and nothing names another (--agent "
                      "tuner is free)",
                      ready));
    if (!ready.empty()) return add("worker", {.spec = ready}, Must::play);
    return add("worker", {.spec = "tuner"}, Must::play);
  }
  Status fill_other(const std::string& role) {
    TRY_ASSIGN(const bool named, add_named(role));
    if (named) return {};
    for (const Member& worker : team_.roles_["worker"]) {
      if (!is_program(worker.agent->describe()) && plays(*worker.agent, role))
        team_.roles_[role].push_back(worker);
    }
    return {};
  }
  static std::string described(const std::vector<lab::AgentChoice>& choices) {
    std::vector<std::string> names;
    for (const lab::AgentChoice& choice : choices) names.push_back(choice.spec);
    return fmt::format("{}", fmt::join(names, ", "));
  }

  Team& team_;
  Session& session_;
  const std::map<std::string, std::string>& wanted_;
  const bool say_so_;
};

Result<std::unique_ptr<Team>> Team::make(Session& session, const std::map<std::string, std::string>& wanted,
                                         bool say_so) {
  auto team = std::make_unique<Team>();
  TRY(Maker(*team, session, wanted, say_so).fill());
  return team;
}

const Team::Member* Team::pick(const std::string& role, std::uint64_t seed, std::uint64_t index) const {
  const auto found = roles_.find(role);
  if (found == roles_.end() || found->second.empty()) return nullptr;
  const std::lock_guard lock(mutex_);
  std::vector<const Member*> members;
  for (const Member& member : found->second) {
    if (role != "worker" || !resting_.contains(member.agent)) members.push_back(&member);
  }
  if (members.empty()) return nullptr;
  double sum = 0;
  for (const Member* member : members) sum += member->weight;
  double left = Random(derive_seed(seed, "team " + role, index)).uniform() * sum;
  for (const Member* member : members) {
    if (left < member->weight) return member;
    left -= member->weight;
  }
  return members.back();
}

Team::Rested Team::rest(const agent::Agent& agent, Rest how) {
  const std::lock_guard lock(mutex_);
  if (resting_.contains(&agent)) return Rested::before;
  const auto& workers = roles_.at("worker");
  const bool others = std::any_of(workers.begin(), workers.end(), [&](const Member& member) {
    return member.agent != &agent && !resting_.contains(member.agent);
  });
  if (!others) return Rested::nobody_left;
  resting_[&agent] = how;
  return Rested::now;
}

void Team::wake_rested() {
  const std::lock_guard lock(mutex_);
  std::erase_if(resting_, [](const auto& entry) { return entry.second == Rest::until_new_best; });
}

agent::Agent& Team::worker(std::uint64_t seed, std::uint64_t index) const {
  const Member* picked = pick("worker", seed, index);
  INVARIANT(picked != nullptr);
  return *picked->agent;
}

agent::Agent* Team::player(agent::Role role, std::uint64_t seed, std::uint64_t index) const {
  const Member* picked = pick(agent::name(role), seed, index);
  return picked == nullptr ? nullptr : picked->agent;
}

agent::Agent* Team::named(const std::string& description) const {
  const auto all = members();
  const auto found = std::find_if(
      all.begin(), all.end(), [&](const agent::Agent* agent) { return agent->describe() == description; });
  return found == all.end() ? nullptr : *found;
}

std::string Team::describe() const {
  const auto& workers = roles_.at("worker");
  if (workers.size() == 1) return workers.front().agent->describe();
  std::vector<std::string> names;
  for (const Member& member : workers)
    names.push_back(fmt::format("{} ×{}", member.agent->describe(), short_number(member.weight)));
  return fmt::format("{}", fmt::join(names, ", "));
}

std::vector<agent::Agent*> Team::members() const {
  std::vector<agent::Agent*> all;
  for (const auto& [role, members] : roles_) {
    for (const Member& member : members) {
      if (std::find(all.begin(), all.end(), member.agent) == all.end()) all.push_back(member.agent);
    }
  }
  return all;
}

std::vector<std::string> Team::unpriced(const agent::Prices& prices) const {
  std::vector<std::string> names;
  for (const agent::Agent* agent : members()) {
    const auto can = agent->capabilities();
    if (can.free || can.reports_cost) continue;
    const std::string description = agent->describe();
    if (prices.find(agent::model_in(description)) == nullptr) names.push_back(description);
  }
  return names;
}

}  // namespace leanlab::metric
