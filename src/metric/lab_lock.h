// LabLock: one run per lab. The kernel drops it when the process dies; its text tells others who holds it.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/fs.h"
#include "base/result.h"
#include "lab/project.h"

namespace leanlab::metric {

/// Takes the lab's lock or fails with lab_busy, saying who holds it and how to stop it. `what` is "run", "submit", ...
[[nodiscard]] Result<FileLock> lock_lab(const lab::Place& place, const std::string& what, const Clock& clock);

/// lab_busy, as lock_lab would say it, when somebody holds the lab now: for work that comes before the lock.
[[nodiscard]] Status expect_free(const lab::Place& place);

/// Who holds the lab now ("run, process 123 on host, since 14:03:07"), or empty.
[[nodiscard]] std::string lab_holder(const lab::Place& place);

/// Asks the run that holds the lab to stop, as Ctrl-C would. Returns its process id. Errors: not_found (none runs),
/// io (it belongs to somebody else).
[[nodiscard]] Result<int> stop_run(const lab::Place& place);

}  // namespace leanlab::metric
