// Doors: the ways out of a world whose network is empty: ports of its loopback that leanlab itself answers.
#pragma once

#include "request.h"

namespace leanlab::helper {

/// Brings loopback up, listens on each port of `request.listen`, and hands the listeners to the supervisor through
/// `request.door`, each with its port. Whoever holds a listener accepts on it from any network. Then the door is closed.
void open_doors(const Request& request);

}  // namespace leanlab::helper
