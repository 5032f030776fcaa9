// Experiments: finding one by its id.
#include "cli/experiments.h"

#include "base/strings.h"

namespace leanlab::cli {

Result<FoundExperiment> find_experiment(const Context& context, const std::string& id) {
  TRY_ASSIGN(const auto parts, split_id(id));
  FoundExperiment found;
  TRY_ASSIGN(found.open, open_lab(context, parts.first));
  TRY_ASSIGN(found.book, lab::Book::open(found.open.place, found.open.config, lab::Book::Mode::read_only,
                                         *context.clock));
  TRY_ASSIGN(auto experiment, found.book->find(parts.second));
  if (!experiment) {
    const std::uint64_t count = found.book->count();
    return fail(
        Error(ErrorCode::not_found,
              fmt::format("there is no experiment {}/{}; the book has {}", found.open.place.name,
                          parts.second, plural(count, "experiment")))
            .then(count > 0 ? fmt::format("leanlab export {} --format csv", shell_word(found.open.place.name))
                            : fmt::format("leanlab run {}", shell_word(found.open.place.name))));
  }
  found.experiment = std::move(*experiment);
  return found;
}

}  // namespace leanlab::cli
