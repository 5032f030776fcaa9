// Making proofs.
#include "lab/proof.h"

#include <map>
#include <optional>
#include <vector>

#include <fcntl.h>
#include <nlohmann/json.hpp>

#include "base/fd.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/strings.h"
#include "lab/anchorage.h"
#include "lab/lost_state.h"
#include "lab/proof_text.h"
#include "lab/seal.h"
#include "lab/seal_manifest.h"
#include "lab/signature.h"
#include "store/ledger.h"

namespace leanlab::lab {

namespace {

constexpr std::size_t k_copied_at_once = 1u << 20;

Json best_of(const ProofSurvey& survey) {
  if (!survey.best) return nullptr;
  return {{"number", survey.best_number}, {"value", *survey.best}, {"sha256", survey.best_sha256}};
}

Status copy_ledger(const fs::path& file, std::uint64_t size,
                   const std::function<void(std::string_view)>& write) {
  TRY_ASSIGN(const Fd fd, open_file(file, O_RDONLY));
  for (std::uint64_t at = 0; at < size;) {
    TRY_ASSIGN(const std::string piece,
               read_at(fd.get(), at,
                       static_cast<std::size_t>(std::min<std::uint64_t>(k_copied_at_once, size - at))));
    if (piece.empty()) return fail(ErrorCode::io, "{} became shorter while it was read", file.string());
    write(piece);
    at += piece.size();
  }
  return {};
}

}  // namespace

Status make_proof(const Place& place, const Config& config, const fs::path& key, const Clock& clock,
                  const std::function<void(std::string_view)>& write) {
  std::error_code ignored;
  const std::string word = join_command(std::vector<std::string>{place.name});
  if (!fs::exists(place.state / store::k_ledger_file, ignored)) {
    return fail(Error(ErrorCode::misconfigured,
                      fmt::format("{} has no ledger: there is nothing to prove", place.name))
                    .then("leanlab run " + word));
  }
  TRY_ASSIGN(const auto ledger, store::Ledger::open(place.state, store::Ledger::Mode::read_only, {}, clock));
  TRY_ASSIGN(const AnchorReport anchors, Anchorage(place, clock).check(*ledger));
  if (!anchors.holds) return fail(anchor_broken(place, anchors));
  const store::Head head = ledger->head();
  TRY_ASSIGN(const ProofSurvey survey, survey_ledger(*ledger, head));
  if (!survey.problems.empty())
    return fail(Error(ErrorCode::integrity, survey.problems.front().what).then("leanlab verify " + word));
  Json seals = Json::object();
  std::vector<std::string> manifests;
  for (const std::string& id : survey.seals) {
    TRY_ASSIGN(const Seal seal, past_seal(place, id));
    manifests.push_back(to_line(to_manifest(seal)));
    seals[id] = sha256_hex(manifests.back());
  }
  const Json statement{
      {"v", k_proof_version},
      {"lab", place.name},
      {"objective", {{"metric", config.objective.metric}, {"direction", name(config.objective.direction)}}},
      {"ledger", ledger->id()},
      {"records", head.seq},
      {"bytes", head.offset},
      {"head", head.hash},
      {"experiments", survey.experiments},
      {"best", best_of(survey)},
      {"seals", std::move(seals)},
      {"ts", iso8601(clock.now())}};
  const std::string line = to_line(statement) + "\n";
  std::string signature = std::string(k_unsigned) + "\n";
  if (!key.empty()) {
    TRY_ASSIGN(signature, sign(line, key));
  }
  write(fmt::format("{} {}\n{}{}", k_proof_magic, k_proof_version, line, signature));
  for (const std::string& manifest : manifests) write(manifest + "\n");
  write(std::string(k_ledger_follows) + "\n");
  return copy_ledger(place.state / store::k_ledger_file, head.offset, write);
}

}  // namespace leanlab::lab
