// Paths are given as they stand; whether something is there is found out when it is needed.
#include "lab/config_sandbox.h"

#include <nlohmann/json.hpp>

#include "base/strings.h"

namespace leanlab::lab {

namespace {

Status read_devices(ConfigSection& sandbox, SandboxRules& rules) {
  TRY(sandbox.texts("devices", rules.devices));
  for (const std::string& device : rules.devices) {
    if (!device.starts_with("/dev/") || device.find("..") != std::string::npos)
      return sandbox.wrong("devices",
                           fmt::format("\"sandbox.devices\" must name something below /dev/, not \"{}\"",
                                       clip(printable(device), 60)));
  }
  return {};
}

}  // namespace

Status read_sandbox(ConfigSection& top, Config& config) {
  TRY_ASSIGN(ConfigSection sandbox, top.section("sandbox"));
  SandboxRules& rules = config.sandbox;
  // `false` is what holds; hosts for agents, and places that they may write to, are not built yet.
  if (const Json* network = sandbox.member("network"); network != nullptr && *network != false)
    TRY(sandbox.not_built({"network"}));
  TRY(sandbox.not_built({"write"}));
  TRY(sandbox.texts("read", rules.read));
  TRY(sandbox.texts("hide", rules.hide));
  TRY(read_devices(sandbox, rules));
  TRY(sandbox.boolean("processes", rules.processes));
  sandbox.finish(config.warnings);
  return {};
}

std::string sandbox_text(const SandboxRules& rules) {
  Json text = Json::object();
  const auto add = [&](const char* key, const std::vector<std::string>& list) {
    if (!list.empty()) text[key] = list;
  };
  add("read", rules.read);
  add("hide", rules.hide);
  add("devices", rules.devices);
  if (rules.processes) text["processes"] = true;
  return text.empty() ? "" : to_line(text);
}

std::string lab_path(const std::filesystem::path& lab, const std::string& path) {
  std::string whole = (lab / path).lexically_normal().string();
  while (whole.size() > 1 && whole.back() == '/') whole.pop_back();
  return whole;
}

}  // namespace leanlab::lab
