// Paths are given as they stand; whether something is there is found out when it is needed.
#include "lab/config_sandbox.h"

#include <algorithm>

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

/// "host", "*.host", "host:port". What stands for all hosts is no list of hosts.
bool is_host(std::string_view text) {
  if (text.starts_with("*.")) text.remove_prefix(2);
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
  };
  return !text.empty() && text.front() != '.' && text.front() != ':' &&
         std::all_of(text.begin(), text.end(), fits);
}

Status read_network(ConfigSection& sandbox, SandboxRules& rules) {
  const Json* network = sandbox.member("network");
  if (network == nullptr || *network == false) return {};
  if (!network->is_array())
    return sandbox.wrong(
        "network",
        "\"sandbox.network\" must be false or a list of hosts that agents may reach, such as "
        "[\"pypi.org\", \"*.example.org\", \"host:8080\"]; experiments never have a network");
  TRY(sandbox.texts("network", rules.network));
  for (const std::string& host : rules.network) {
    if (!is_host(host))
      return sandbox.wrong("network",
                           fmt::format("\"{}\" is no host: write \"host\", \"*.host\" or \"host:port\"",
                                       clip(printable(host), 60)));
  }
  return {};
}

}  // namespace

Status read_sandbox(ConfigSection& top, Config& config) {
  TRY_ASSIGN(ConfigSection sandbox, top.section("sandbox"));
  SandboxRules& rules = config.sandbox;
  TRY(read_network(sandbox, rules));
  TRY(sandbox.texts("write", rules.write));
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
  add("network", rules.network);
  add("write", rules.write);
  if (rules.processes) text["processes"] = true;
  return text.empty() ? "" : to_line(text);
}

std::string lab_path(const std::filesystem::path& lab, const std::string& path) {
  std::string whole = (lab / path).lexically_normal().string();
  while (whole.size() > 1 && whole.back() == '/') whole.pop_back();
  return whole;
}

}  // namespace leanlab::lab
