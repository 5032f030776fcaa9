// An agent gets the login that is its own and no other, so a folder that happens to have a name proves nothing: it must be the
// program's, or that of a package which npm has installed.
#include "agent/backends/acp_known.h"

#include <algorithm>

#include "base/fs.h"

namespace leanlab::agent {

namespace {

/// "/opt/node_modules/@google/gemini-cli/bundle/gemini.js" is gemini-cli, "/usr/bin/codex-acp" codex-acp.
std::string name_of(const std::string& word) {
  const std::string modules = "/node_modules/";
  const std::size_t at = word.rfind(modules);
  const std::string file = fs::path(word).filename().string();
  if (at == std::string::npos || file.find('.') == std::string::npos) return file;  // a program of its own
  for (const fs::path& part : fs::path(word.substr(at + modules.size()))) {
    if (!part.string().starts_with('@')) return part.string();
  }
  return {};
}

}  // namespace

const KnownAcp* known_acp(const std::vector<std::string>& words) {
  static const std::vector<KnownAcp> k_known = {
      {.names = {"claude-agent-acp", "claude-code-acp"},
       .variable = "CLAUDE_CONFIG_DIR",
       .folder = ".claude",
       .logins = {".credentials.json"},
       .settings = {},
       .variables = {"CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_CODE_EXECUTABLE", "CLAUDE_CODE_DISABLE_*",
                     "MAX_THINKING_TOKENS"},
       // Longer pauses are ours: seen and counted. A guess at the next prompt and a title for the session are paid for, and of
       // no use here; what the guess takes is not even told.
       .env = {{"CLAUDE_CODE_MAX_RETRIES", "2"},
               {"CLAUDE_CODE_ENABLE_PROMPT_SUGGESTION", "false"},
               {"CLAUDE_CODE_DISABLE_TERMINAL_TITLE", "1"},
               {"DISABLE_AUTOUPDATER", "1"}},
       .overruling = {},
       .login = "claude /login, or set ANTHROPIC_API_KEY"},
      {.names = {"codex-acp"},
       .variable = "CODEX_HOME",
       .folder = ".codex",
       .logins = {"auth.json"},
       .settings = {"config.toml"},
       .variables = {"CODEX_API_KEY", "AZURE_OPENAI_*"},
       .env = {},
       .overruling = {},
       .login = "codex login, or set OPENAI_API_KEY"},
      {.names = {"gemini", "gemini-cli"},
       .variable = "",
       .folder = ".gemini",
       .logins = {"oauth_creds.json"},
       .settings = {"settings.json", "google_accounts.json"},
       .variables = {"GOOGLE_*"},
       .env = {{"GEMINI_CLI_TRUST_WORKSPACE", "true"}},
       // It runs commands in a terminal of its own, if not told otherwise; a sandbox has none.
       .overruling = {.file = "settings.json",
                      .patch = R"({"tools": {"shell": {"enableInteractiveShell": false}}})"},
       .login = "gemini (it asks how), or set GEMINI_API_KEY"},
  };
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0 && !words[i].starts_with('/')) continue;  // an argument
    const std::string name = name_of(words[i]);
    for (const KnownAcp& known : k_known) {
      if (std::find(known.names.begin(), known.names.end(), name) != known.names.end()) return &known;
    }
  }
  return nullptr;
}

}  // namespace leanlab::agent
