// redteam: the corpus of attacks against this machine's judge, as a table for people and as one object.
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/process.h"
#include "base/strings.h"
#include "cli/arguments.h"
#include "cli/context.h"
#include "redteam/corpus.h"
#include "redteam/field.h"
#include "sandbox/probe.h"

namespace leanlab::cli {
namespace {

using redteam::Attack;
using redteam::Outcome;

struct Plan {
  std::vector<Attack> corpus;
  std::vector<sandbox::Tier> tiers;
  std::string lab;  ///< for attacks that name none
  std::uint64_t repeat = 1;
  std::size_t name_width = 0;
};

/// The tiers asked for, else all that this machine offers.
Result<std::vector<sandbox::Tier>> tiers_of(const Arguments& arguments) {
  const sandbox::ProbeResult& probe = sandbox::probe();
  const std::string asked = arguments.value("--tier").value_or("");
  if (asked == "A" && !probe.a.available)
    return fail(Error(ErrorCode::misconfigured, "tier A is not to be had here: " + probe.a.reason)
                    .then(probe.a.remedy));
  if (asked == "B" && !probe.b.available)
    return fail(Error(ErrorCode::misconfigured, "tier B is not to be had here: " + probe.b.reason)
                    .then(probe.b.remedy));
  std::vector<sandbox::Tier> tiers;
  // LEANLAB_FORCE_TIER stands for a machine that offers no more.
  const bool a = probe.a.available && (!probe.forced || probe.tier == sandbox::Tier::A);
  const bool b = probe.b.available && (!probe.forced || probe.tier <= sandbox::Tier::B);
  if (a && asked != "B") tiers.push_back(sandbox::Tier::A);
  if (b && asked != "A") tiers.push_back(sandbox::Tier::B);
  if (tiers.empty())
    return fail(
        Error(
            ErrorCode::misconfigured,
            "this machine offers tier C only, UNVERIFIED, where nothing is held: an attack would reach your "
            "own files")
            .then("leanlab doctor"));
  return tiers;
}

Result<Plan> make_plan(const Arguments& arguments) {
  Plan plan;
  TRY_ASSIGN(const auto folder, redteam::bundled_corpus());
  TRY_ASSIGN(plan.corpus, redteam::load_corpus(folder));
  const std::vector<std::string>& wanted = arguments.values("--only");
  std::erase_if(plan.corpus, [&](const Attack& attack) {
    const auto matches = [&](const std::string& word) {
      return attack.name.find(word) != std::string::npos || attack.group.find(word) != std::string::npos;
    };
    return !wanted.empty() && std::none_of(wanted.begin(), wanted.end(), matches);
  });
  if (plan.corpus.empty())
    return fail(Error(ErrorCode::not_found, "no attack has that in its name or class")
                    .then("leanlab redteam --list"));
  plan.lab = arguments.value("--level").value_or("proxied");
  plan.repeat = std::max<std::uint64_t>(1, arguments.count("--repeat").value_or(1));
  for (const Attack& attack : plan.corpus) plan.name_width = std::max(plan.name_width, attack.name.size());
  return plan;
}

/// Whether the labs' Python has the module, or this machine the program.
bool has(const std::string& name) {
  if (name == "node" || name == "g++") return !find_program(name).empty();
  static std::map<std::string, bool> known;
  const auto [entry, is_new] = known.try_emplace(name, false);
  if (is_new) {
    const std::string python = fs::exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
    const auto output =
        run_program({.argv = {python, "-c", "import " + name}, .cwd = {}, .env = {}, .fds = {}},
                    std::chrono::seconds(60));
    entry->second = output && output->status.ok();
  }
  return entry->second;
}

std::string missing_module(const Attack& attack) {
  if (!attack.needs.empty() && !has(attack.needs)) return attack.needs;
  return attack.lab == "numpy" && !has("numpy") ? "numpy" : "";
}

void print_outcome(Context& context, const Plan& plan, const Outcome& outcome) {
  const ui::Style& style = context.out.style;
  const bool unicode = context.out.unicode;
  const std::string mark = outcome.skipped ? style.dim("-")
                           : outcome.held  ? style.green(unicode ? "✓" : "+")
                                           : style.bold_red(unicode ? "✗" : "x");
  const std::string pad(plan.name_width - outcome.name.size(), ' ');
  const std::string line = fmt::format("  {} {}{}  {}", mark, outcome.name, pad,
                                       outcome.held ? style.dim(outcome.what) : style.bold(outcome.what));
  context.print(
      (context.out.is_terminal && outcome.held ? ui::styled_clip(line, context.out.width()) : line) + "\n");
}

Result<Outcome> attempt(redteam::Field& field, const Attack& attack, const Plan& plan, sandbox::Tier tier) {
  if (const std::string module = missing_module(attack); !module.empty()) {
    Outcome outcome = redteam::outcome_of(attack, tier);
    outcome.held = outcome.skipped = true;
    outcome.what = "not tried: there is no " + module + " for the labs";
    return outcome;
  }
  Attack repeated = attack;
  repeated.times = static_cast<std::uint32_t>(std::max<std::uint64_t>(attack.times, plan.repeat));
  return field.attempt(repeated, attack.lab.empty() ? plan.lab : attack.lab);
}

Result<std::vector<Outcome>> run_tier(Context& context, const Plan& plan, sandbox::Tier tier) {
  TRY_ASSIGN(const auto corpus, redteam::bundled_corpus());
  TRY_ASSIGN(redteam::Field field, redteam::Field::make(corpus, tier, *context.interrupt));
  std::vector<Outcome> outcomes;
  std::string group;
  for (const Attack& attack : plan.corpus) {
    TRY_ASSIGN(Outcome outcome, attempt(field, attack, plan, tier));
    if (!context.wants_json()) {
      if (outcome.group != group)
        context.print(fmt::format("\n{}  {}\n", context.out.style.bold(outcome.group),
                                  context.out.style.dim(fmt::format("tier {}", sandbox::name(tier)))));
      print_outcome(context, plan, outcome);
    }
    group = outcome.group;
    outcomes.push_back(std::move(outcome));
  }
  TRY(field.verify());
  return outcomes;
}

struct Tally {
  std::size_t tried = 0, held = 0, honest = 0, passed = 0, skipped = 0;
};

Tally tally(const std::vector<Outcome>& outcomes) {
  Tally sum;
  for (const Outcome& outcome : outcomes) {
    if (outcome.skipped) {
      ++sum.skipped;
    } else if (outcome.honest) {
      ++sum.honest;
      sum.passed += outcome.held ? 1 : 0;
    } else {
      ++sum.tried;
      sum.held += outcome.held ? 1 : 0;
    }
  }
  return sum;
}

void print_summary(Context& context, const Plan& plan, const std::vector<Outcome>& outcomes) {
  const ui::Style& style = context.out.style;
  const Tally sum = tally(outcomes);
  std::string tiers;
  for (const sandbox::Tier tier : plan.tiers)
    tiers += (tiers.empty() ? "" : " and ") + std::string(sandbox::name(tier));
  const std::string verdict = fmt::format("{} of {} attacks of the bundled corpus held", sum.held, sum.tried);
  const std::string date = iso8601(context.clock->now()).substr(0, 10);
  context.print(fmt::format("\n{} on this machine on {}: level {}, tier{} {}{}.\n",
                            sum.held == sum.tried ? style.bold_green(verdict) : style.bold_red(verdict), date,
                            plan.lab, plan.tiers.size() > 1 ? "s" : "", tiers,
                            plan.repeat > 1 ? fmt::format(", each {} times", plan.repeat) : ""));
  context.print(fmt::format("{} of {} honest programs passed unchanged.{}\n", sum.passed, sum.honest,
                            sum.skipped > 0 ? fmt::format(" {} not tried.", sum.skipped) : ""));
  context.say(style.dim(
      "Not covered: kernel bugs, evaluators that leak by themselves, whatever runs as you outside leanlab."));
}

Json to_json(const Plan& plan, const std::vector<Outcome>& outcomes) {
  Json attacks = Json::array(), alarms = Json::array(), tiers = Json::array();
  for (const sandbox::Tier tier : plan.tiers) tiers.push_back(sandbox::name(tier));
  for (const Outcome& outcome : outcomes) {
    if (outcome.honest) {
      if (!outcome.held) alarms.push_back(outcome.name);
      continue;
    }
    attacks.push_back({{"name", outcome.name},
                       {"class", outcome.group},
                       {"held", outcome.held},
                       {"what", outcome.what},
                       {"seen", outcome.seen},
                       {"tries", outcome.tries},
                       {"must", redteam::name(outcome.must)},
                       {"tier", sandbox::name(outcome.tier)},
                       {"skipped", outcome.skipped}});
  }
  const Tally sum = tally(outcomes);
  return {{"tier", sandbox::name(plan.tiers.front())},
          {"attacks", std::move(attacks)},
          {"false_alarms", std::move(alarms)},
          {"tiers", std::move(tiers)},
          {"level", plan.lab},
          {"tried", sum.tried},
          {"held", sum.held},
          {"honest", sum.honest},
          {"repeat", plan.repeat}};
}

int list_corpus(Context& context, const Plan& plan) {
  const ui::Style& style = context.out.style;
  std::string group;
  for (const Attack& attack : plan.corpus) {
    if (attack.group != group) context.print("\n" + style.bold(attack.group) + "\n");
    group = attack.group;
    context.print(fmt::format("  {:<{}}  {}\n", attack.name, plan.name_width, attack.tries));
  }
  return 0;
}

Result<int> run_redteam(Context& context, const Arguments& arguments) {
  TRY_ASSIGN(Plan plan, make_plan(arguments));
  if (arguments.has("--list")) return list_corpus(context, plan);
  TRY_ASSIGN(plan.tiers, tiers_of(arguments));
  std::vector<Outcome> outcomes;
  for (const sandbox::Tier tier : plan.tiers) {
    TRY_ASSIGN(auto more, run_tier(context, plan, tier));
    outcomes.insert(outcomes.end(), std::make_move_iterator(more.begin()),
                    std::make_move_iterator(more.end()));
  }
  if (context.wants_json())
    context.print_json(to_json(plan, outcomes));
  else
    print_summary(context, plan, outcomes);
  const Tally sum = tally(outcomes);
  if (sum.held < sum.tried) return exit_code(ErrorCode::integrity);
  return sum.passed < sum.honest ? exit_code(ErrorCode::goal_not_met) : 0;
}

}  // namespace

Command redteam_command() {
  return {
      .name = "redteam",
      .options =
          {{.name = "--tier", .kind = Kind::choice, .value = "TIER", .choices = {"A", "B"}},
           {.name = "--level", .kind = Kind::choice, .value = "LEVEL", .choices = {"proxied", "isolated"}},
           {.name = "--only", .kind = Kind::text, .value = "WORD", .letter = 'k', .times = Times::many},
           {.name = "--repeat", .kind = Kind::count, .value = "N"},
           {.name = "--list"}},
      .signals = Signals::interrupt,
      .run = run_redteam};
}

}  // namespace leanlab::cli
