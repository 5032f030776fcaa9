// Signature: texts signed with the user's own SSH key, through ssh-keygen -Y, so that anyone who has OpenSSH can check them.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace leanlab::lab {

/// The namespace in which our signatures are made: one for something else is never taken for ours.
inline constexpr const char* k_signature_namespace = "leanlab-proof";

/// The user's key: `git config user.signingkey` where git signs with SSH, else the first of ~/.ssh/id_ed25519, id_ecdsa,
/// id_rsa. Errors: misconfigured (there is none; the message says how to make one).
[[nodiscard]] Result<std::filesystem::path> find_signing_key();

/// The armoured signature of `text`. Asks nobody: a key with a passphrase must be held by ssh-agent.
/// Errors: misconfigured (no ssh-keygen, the key cannot be used), io.
[[nodiscard]] Result<std::string> sign(const std::string& text, const std::filesystem::path& key);

/// Whose key made the signature: "ED25519 key SHA256:…". With `public_key` (a file) it must be that one.
/// Errors: integrity (it does not fit the text, or is by another key), misconfigured (no ssh-keygen), io.
[[nodiscard]] Result<std::string> check_signature(const std::string& text, const std::string& signature,
                                                  const std::filesystem::path& public_key);

}  // namespace leanlab::lab
