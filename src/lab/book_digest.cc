// Reads records one after the other, and understands them side by side.
#include "lab/book_digest.h"

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/parallel.h"

namespace leanlab::lab {

namespace {

void understand(Digest& digest, const std::string& ledger, const std::string& lab,
                const std::string& metric) {
  const store::Record& record = digest.record;
  const auto whole = parse_json(record.text, "ledger.jsonl");
  if (!whole) {
    digest.fault = whole.error();
    return;
  }
  const Json& body = (*whole)["body"];
  const bool judged = record.type == "judged", imported = record.type == "imported";
  if (judged || record.type == "proposed" || record.type == "champion_rescored" ||
      (imported && body.contains("number"))) {
    auto experiment = from_record(body, lab);
    if (!experiment) {
      digest.fault = std::move(experiment.error());
      return;
    }
    experiment->seq = record.seq;
    digest.experiment = std::move(*experiment);
  }
  if (judged) digest.row = to_row(*digest.experiment, metric, ledger);
  if (imported) {
    const auto row = body.find("row");
    digest.row = row != body.end() && row->is_string() ? row->get<std::string>() : std::string();
  }
}

}  // namespace

Result<std::vector<Digest>> digest_records(const store::Ledger& ledger, const store::Head& from,
                                           std::size_t most, const std::string& lab,
                                           const std::string& metric) {
  std::vector<Digest> digests;
  TRY(ledger.scan(
      from,
      [&](const store::Record& record) -> Status {
        digests.emplace_back().record = record;
        return {};
      },
      most));
  in_parallel(digests.size(), [&](std::size_t i) { understand(digests[i], ledger.id(), lab, metric); });
  return digests;
}

store::Head head_behind(const store::Record& record) {
  return {record.seq, record.offset + record.size, record.hash};
}

}  // namespace leanlab::lab
