// Experiments: from an id on the command line to the experiment and its book.
#pragma once

#include <memory>
#include <string>

#include "cli/labs.h"
#include "lab/book.h"

namespace leanlab::cli {

struct FoundExperiment {
  OpenLab open;
  std::unique_ptr<lab::Book> book;  ///< read only
  lab::Experiment experiment;
};

/// "digits/12". Errors: usage (no id), not_found (the lab, with a suggestion; or the number, with the greatest there is).
[[nodiscard]] Result<FoundExperiment> find_experiment(const Context& context, const std::string& id);

}  // namespace leanlab::cli
