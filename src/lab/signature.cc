// Signing and checking with ssh-keygen.
#include "lab/signature.h"

#include <chrono>
#include <cstdlib>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>

#include "base/fd.h"
#include "base/fs.h"
#include "base/process.h"
#include "base/strings.h"

namespace leanlab::lab {

namespace {

constexpr std::chrono::seconds k_limit{60};

Result<ProgramOutput> run_tool(const std::vector<std::string>& arguments, int input = -1) {
  SpawnRequest request;
  request.argv = arguments;
  if (input >= 0) request.fds = {{input, 0}};
  auto output = run_program(request, k_limit);
  if (!output && output.error().code == ErrorCode::misconfigured)
    output.error().next = "install openssh-client, whose ssh-keygen signs and checks";
  return output;
}

std::string last_line(const ProgramOutput& output) {
  const auto lines = split_lines(trim(output.err.empty() ? output.out : output.err));
  return lines.empty() ? output.status.describe() : clip(printable(lines.back()), 200);
}

/// Git's answer, or nothing.
std::string git_setting(const char* name) {
  if (find_program("git").empty()) return {};
  const auto answer = run_tool({"git", "config", "--global", "--get", name});
  return answer && answer->status.ok() ? std::string(trim(answer->out)) : std::string();
}

}  // namespace

Result<fs::path> find_signing_key() {
  std::error_code error;
  const char* home = std::getenv("HOME");
  const fs::path base = home != nullptr ? fs::path(home) : fs::path();
  if (git_setting("gpg.format") == "ssh") {
    std::string key = git_setting("user.signingkey");
    if (key.starts_with("~/")) key = (base / key.substr(2)).string();
    if (!key.empty() && fs::exists(key, error)) return fs::path(key);
  }
  for (const char* name : {"id_ed25519", "id_ecdsa", "id_rsa"}) {
    if (fs::path key = base / ".ssh" / name; !base.empty() && fs::exists(key, error)) return key;
  }
  return fail(
      Error(ErrorCode::misconfigured,
            "there is no SSH key to sign with: looked into git's user.signingkey and ~/.ssh")
          .then("ssh-keygen -t ed25519, or name one with --key FILE, or leave it out with --unsigned"));
}

Result<std::string> sign(const std::string& text, const fs::path& key) {
  TRY_ASSIGN(const TempDirectory temporary, TempDirectory::make());
  const fs::path file = temporary.path() / "text";
  TRY(write_file(file, text));
  TRY_ASSIGN(const auto done, run_tool({"ssh-keygen", "-Y", "sign", "-q", "-f", key.string(), "-n",
                                        k_signature_namespace, file.string()}));
  if (!done.status.ok()) {
    return fail(
        Error(ErrorCode::misconfigured, fmt::format("ssh-keygen cannot sign: {}", last_line(done)))
            .at(key.string())
            .then("add a key with a passphrase to ssh-agent first (ssh-add), or name another with --key"));
  }
  return read_file(file.string() + ".sig", 1u << 20);
}

Result<std::string> check_signature(const std::string& text, const std::string& signature,
                                    const fs::path& public_key) {
  TRY_ASSIGN(const TempDirectory temporary, TempDirectory::make());
  const fs::path signature_file = temporary.path() / "signature";
  TRY(write_file(signature_file, signature));
  TRY(write_file(temporary.path() / "text", text));
  TRY_ASSIGN(const Fd input, open_file(temporary.path() / "text", O_RDONLY));
  std::vector<std::string> arguments{"ssh-keygen",          "-Y", "check-novalidate",     "-n",
                                     k_signature_namespace, "-s", signature_file.string()};
  if (!public_key.empty()) {
    TRY_ASSIGN(const std::string key, read_file(public_key, 1u << 16));
    const fs::path allowed = temporary.path() / "allowed";
    TRY(write_file(allowed, fmt::format("signer namespaces=\"{}\" {}\n", k_signature_namespace, trim(key))));
    arguments = {"ssh-keygen",
                 "-Y",
                 "verify",
                 "-f",
                 allowed.string(),
                 "-I",
                 "signer",
                 "-n",
                 k_signature_namespace,
                 "-s",
                 signature_file.string()};
  }
  TRY_ASSIGN(const auto checked, run_tool(arguments, input.get()));
  if (!checked.status.ok()) {
    return fail(ErrorCode::integrity, "the signature does not hold{}: {}",
                public_key.empty() ? "" : " or is not by the key of " + public_key.string(),
                last_line(checked));
  }
  // Good "leanlab-proof" signature with ED25519 key SHA256:…
  const std::string said(trim(checked.out));
  const auto with = said.find(" with ");
  return with == std::string::npos ? said : printable(said.substr(with + 6));
}

}  // namespace leanlab::lab
