// Digest: what a record of the ledger means to the book's projections. Many are worked out at once, on all cores: this is
// most of the work of following, rebuilding and verifying a large book.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "lab/experiment.h"
#include "store/ledger.h"

namespace leanlab::lab {

struct Digest {
  store::Record record;
  std::optional<Experiment> experiment;  ///< of a record that holds one
  std::optional<std::string> row;        ///< of results.jsonl, without its newline
  std::optional<Error> fault;            ///< why the record cannot be understood
};

/// Up to `most` records behind `from`, in order; none: the end is reached. `metric` is the objective's.
/// Errors: those of Ledger::scan.
[[nodiscard]] Result<std::vector<Digest>> digest_records(const store::Ledger& ledger, const store::Head& from,
                                                         std::size_t most, const std::string& lab,
                                                         const std::string& metric);

/// Where the next record begins.
[[nodiscard]] store::Head head_behind(const store::Record& record);

}  // namespace leanlab::lab
