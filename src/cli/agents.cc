// Reading --agent.
#include "cli/agents.h"

namespace leanlab::cli {

std::map<std::string, std::string> agents_of(const Arguments& arguments) {
  std::map<std::string, std::string> agents;
  for (const std::string& value : arguments.values("--agent")) {
    // "command:./x=y" and "command:a/b=c" name no role.
    const std::size_t equals = value.find('=');
    const bool role = equals != std::string::npos && value.find(':') > equals && value.find('/') > equals;
    agents[role ? value.substr(0, equals) : std::string()] = role ? value.substr(equals + 1) : value;
  }
  return agents;
}

}  // namespace leanlab::cli
