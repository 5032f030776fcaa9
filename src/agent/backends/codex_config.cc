// TOML is not parsed: a host or a variable too many does no harm, and both stand in quotes behind their key.
#include "agent/backends/codex_config.h"

#include <cstdlib>

#include "base/strings.h"

namespace leanlab::agent {

namespace {

/// The texts that a person's configuration gives `key`, wherever it stands in a line.
std::vector<std::string> configured(const fs::path& config, std::string_view key) {
  std::vector<std::string> values;
  const auto text = read_file(config, 1u << 20);
  if (!text) return values;
  for (const std::string_view line : split_lines(*text)) {
    for (std::size_t at = line.find(key); at != std::string_view::npos;
         at = line.find(key, at + key.size())) {
      const std::size_t open = line.find('"', at);
      const std::size_t close = open == std::string_view::npos ? open : line.find('"', open + 1);
      if (close != std::string_view::npos) values.emplace_back(line.substr(open + 1, close - open - 1));
    }
  }
  return values;
}

}  // namespace

std::vector<std::string> codex_hosts(const fs::path& config) {
  std::vector<std::string> hosts = {"*.openai.com", "chatgpt.com", "*.chatgpt.com"};
  for (std::string& url : configured(config, "base_url")) hosts.push_back(std::move(url));
  for (const char* name : {"OPENAI_BASE_URL", "AZURE_OPENAI_ENDPOINT"}) {
    if (const char* url = ::getenv(name); url != nullptr) hosts.emplace_back(url);
  }
  return hosts;
}

std::vector<std::string> codex_keys(const fs::path& config) {
  return configured(config, "env_key");
}

}  // namespace leanlab::agent
