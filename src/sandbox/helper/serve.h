// Serve: one process that lives as long as leanlab and forks a guardian for each run, which costs less than to execute one.
#pragma once

namespace leanlab::helper {

/// Waits on `channel`, a socket that keeps messages apart, and forks a guardian for each that asks for one (docs/formats/
/// sandbox-policy.md). Lends it namespaces that an earlier world has left clean. Ends whatever a guardian leaves that was killed.
/// Returns when leanlab's end is closed; guardians live on until they learn the same.
int serve(int channel);

}  // namespace leanlab::helper
