// Workspace: the private copy of a lab in which a Worker writes. It never holds the evaluator, its data, or the book.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/fs.h"
#include "base/result.h"
#include "lab/experiment.h"
#include "metric/kept_turn.h"
#include "metric/session.h"

namespace leanlab::metric {

/// What the next proposal starts from and may read.
struct Material {
  std::optional<lab::Experiment> parent;      ///< none: the sample
  std::vector<lab::Experiment> inspirations;  ///< the best ones, best first
};
/// The champion as parent, the five best as inspirations. Errors: integrity, io.
[[nodiscard]] Result<Material> pick(const Session& session);

/// Copies task, validator, notes, role texts, the sample and the material into a new folder under the lab's state. Its cost
/// does not grow with the book. Errors: io, no_space, integrity.
[[nodiscard]] Result<Workspace> make_workspace(Session& session, const Material& material,
                                               std::uint64_t attempt);

/// Copies an experiment to `target` unless something is there: from the store, or (an imported row) its file. Errors: io,
/// no_space, integrity.
[[nodiscard]] Status bring(const Session& session, const lab::Experiment& experiment,
                           const std::filesystem::path& target);

/// Copies a file or folder of the lab into an agent's copy, where the agent may change it. Errors: io, no_space.
[[nodiscard]] Status copy_for_agent(const std::filesystem::path& from, const std::filesystem::path& to);

/// The lab's `experiments/sample.*`, or empty.
[[nodiscard]] std::filesystem::path sample_file(const Session& session);
/// A file of the experiments folder that was not there when the workspace was made; empty when there is none or several.
[[nodiscard]] std::string new_file(const Workspace& workspace, const std::string& experiments_dir);

}  // namespace leanlab::metric
