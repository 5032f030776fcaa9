// Report: how the command ended, written to the control socket (docs/formats/sandbox-policy.md, version 1).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "request.h"
#include "setup_channel.h"

namespace leanlab::helper {

enum class End { exited, signalled, wall_limit, cpu_limit, memory_limit, process_limit, stopped };

struct Report {
  End end = End::exited;
  int wait_status = 0;  ///< of the command, as waitpid(2) gives it
  std::uint64_t wall_us = 0, cpu_us = 0, rss_bytes = 0, leftovers = 0, survivors = 0;
  std::vector<std::pair<std::string, std::uint32_t>> denied;
};

void send_report(int control, const Report& report, Tier tier);
void send_setup_error(int control, const SetupError& error);

}  // namespace leanlab::helper
