// Wire: what passes between leanlab and its helper (docs/formats/sandbox-policy.md, version 1), as bytes.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "sandbox/launch.h"
#include "sandbox/policy.h"

namespace leanlab::sandbox {

/// The helper gets the control socket as descriptor 3 and the command's further descriptors from 4 on, in order.
constexpr int k_control_fd = 3;
constexpr int k_first_further_fd = 4;

/// The request, header included. `tmp` is the private temporary folder, `cgroup` the run's group or empty. Errors: misconfigured (a path that is not absolute,
/// a text with a NUL).
[[nodiscard]] Result<std::string> encode_request(const Policy& policy, const Command& command, Tier tier,
                                                 const std::string& tmp, const std::string& cgroup = {});

/// Whether the command's world has doors; then the helper gets their socket as its last further descriptor.
[[nodiscard]] bool has_doors(const Policy& policy, const Command& command, Tier tier);

/// The report as an Outcome without output. Errors: misconfigured, when the helper says that the command was never
/// started; internal, when the report is malformed.
[[nodiscard]] Result<Outcome> decode_report(std::string_view report, const Command& command, Tier tier);

}  // namespace leanlab::sandbox
