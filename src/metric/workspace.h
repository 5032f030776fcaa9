// Workspace: the private copy of a lab in which a Worker writes. It never holds the evaluator, its data, or the book.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/fs.h"
#include "base/result.h"
#include "lab/experiment.h"
#include "metric/session.h"

namespace leanlab::metric {

/// What the next proposal starts from and may read.
struct Material {
  std::optional<lab::Experiment> parent;      ///< none: the sample
  std::vector<lab::Experiment> inspirations;  ///< the best ones, best first
};
/// The champion as parent, the five best as inspirations. Errors: integrity, io.
[[nodiscard]] Result<Material> pick(const Session& session);

struct Workspace {
  std::filesystem::path folder;  ///< removed with its attempt
  std::string parent_file;       ///< relative to folder; empty when the lab has neither experiment nor sample
  std::string suggested_file;    ///< relative to folder
  std::vector<std::string> before;  ///< names in the experiments folder when it was made
};

/// Copies task, validator, notes, role texts, the sample and the material into a new folder under the lab's state. Its cost
/// does not grow with the book. Errors: io, no_space, integrity.
[[nodiscard]] Result<Workspace> make_workspace(Session& session, const Material& material,
                                               std::uint64_t attempt);

/// The lab's `experiments/sample.*`, or empty.
[[nodiscard]] std::filesystem::path sample_file(const Session& session);
/// A file of the experiments folder that was not there when the workspace was made; empty when there is none or several.
[[nodiscard]] std::string new_file(const Workspace& workspace, const std::string& experiments_dir);

}  // namespace leanlab::metric
