// Crash points: every step boundary has a name, so that tests can kill the process exactly there.
#pragma once

namespace leanlab {

/// Does nothing, unless LEANLAB_CRASH_AT is `name` (or `name:3` for its third passage): then SIGKILLs this
/// process. Compiled into release builds too: one relaxed atomic load when the variable is unset. Names are
/// listed in docs/crash-points.md, checked by a test. Thread: any.
void crash_point(const char* name);

/// Whether LEANLAB_CRASH_AT names this point, for a step that does half of its work before it dies.
[[nodiscard]] bool crash_point_armed(const char* name);

}  // namespace leanlab
