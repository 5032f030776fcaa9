// Owner: acts that belong to the owner of a lab, and who may do them.
#pragma once

#include <string>

#include "base/result.h"

namespace leanlab::cli {

/// Who drives, unless the user's configuration (`owner.require: person`) leaves `act` to a person and nobody sits at the
/// terminal. `act`: "unlocking digits". Errors: person_needed, misconfigured.
[[nodiscard]] Result<std::string> owner_act(const std::string& act);

}  // namespace leanlab::cli
