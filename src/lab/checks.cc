// The preflight: which checks there are, and their order.
#include "lab/checks.h"

#include "base/strings.h"
#include "lab/check_run.h"

namespace leanlab::lab {

const char* name(Check::Status status) {
  switch (status) {
    case Check::Status::ok:
      return "ok";
    case Check::Status::warn:
      return "warn";
    case Check::Status::fail:
      return "fail";
  }
  return "fail";
}

void CheckRun::tell(std::string name, Check::Status status, std::string message, ErrorCode code) {
  checks.push_back({std::move(name), status, std::move(message), code});
  if (on_check) on_check(checks.back());
}

void CheckRun::fail(std::string name, const Error& error) {
  std::string message = one_line(error);
  if (!error.where.empty()) message += "\n" + error.where;
  if (!error.next.empty()) message += "\n" + error.next;
  tell(std::move(name), Check::Status::fail, std::move(message), error.code);
}

std::string CheckRun::word() const {
  return join_command(std::vector<std::string>{place.name});
}

std::vector<Check> check_lab(const Project& project, const std::string& lab, const Interrupt& interrupt,
                             const std::function<void(const Check&)>& on_check, Checking checking) {
  CheckRun run{project, {}, {}, interrupt, on_check, checking};
  auto place = find_lab(project, lab);
  if (!place) {
    run.fail("lab", place.error());
    return run.checks;
  }
  run.place = *place;
  auto config = load_config(place->folder);
  if (!config) {
    run.fail("lab.json", config.error());
    return run.checks;
  }
  run.config = *config;
  for (const std::string& warning : config->warnings) run.warn("lab.json", warning);
  if (config->warnings.empty()) {
    run.ok("lab.json", fmt::format("valid; the {} {} is the best",
                                   config->objective.direction == Direction::minimise ? "lowest" : "highest",
                                   config->objective.metric));
  }
  for (const auto check : {check_files, check_programs, check_seal, check_judging, check_commands,
                           check_agent, check_prompts, check_data, check_machine}) {
    if (interrupt.raised()) break;
    check(run);
  }
  return run.checks;
}

}  // namespace leanlab::lab
