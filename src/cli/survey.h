// Survey: the state of all labs of a project, for `list` and `status`. A lab that cannot be read is in it, with why.
#pragma once

#include <vector>

#include "base/clock.h"
#include "lab/project.h"
#include "lab/views/status.h"

namespace leanlab::cli {

/// How closely to look: what `list` shows, or also what `status` needs from the books.
enum class Depth { listed, whole };

[[nodiscard]] std::vector<lab::LabStatus> survey(const lab::Project& project, const Clock& clock,
                                                 Depth depth);

}  // namespace leanlab::cli
