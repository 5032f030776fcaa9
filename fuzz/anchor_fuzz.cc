// Fuzzes anchors of ledgers and manifests of seals: what is read is written as the same, and what was edited is found.
#include <string>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "checks.h"
#include "lab/seal_manifest.h"
#include "store/anchor.h"
#include "target.h"

namespace leanlab {
namespace {

void read_anchor_text(const std::string& text) {
  const auto anchor = store::parse_anchor(text, "anchor");
  if (!anchor) return fuzz::check_error(anchor.error());
  const auto again = store::parse_anchor(store::to_text(*anchor), "anchor");
  INVARIANT(again && again->ledger_id == anchor->ledger_id && again->place == anchor->place);
  INVARIANT(again->head.seq == anchor->head.seq && again->head.offset == anchor->head.offset);
  INVARIANT(again->head.hash == anchor->head.hash && again->retired == anchor->retired);
}

void read_manifest(const Json& manifest) {
  const auto seal = lab::from_manifest(manifest);
  if (!seal) return fuzz::check_error(seal.error());
  INVARIANT(lab::seal_id(*seal) == seal->id);
  const auto again = lab::from_manifest(lab::to_manifest(*seal));
  INVARIANT(again && again->id == seal->id && again->files.size() == seal->files.size());
}

/// The input as a manifest whose id fits, and then with one byte of its command changed.
void forge(Json manifest) {
  if (!manifest.is_object()) return;
  lab::Seal seal;
  seal.eval_cmd = text_of(manifest, "eval_cmd");
  seal.interpreter = text_of(manifest, "interpreter");
  seal.files = {{.path = text_of(manifest, "path"), .sha256 = text_of(manifest, "sha256")}};
  seal.id = lab::seal_id(seal);
  const Json made = lab::to_manifest(seal);
  INVARIANT(lab::from_manifest(made).has_value());
  for (const char* key : {"eval_cmd", "validate_cmd", "interpreter", "limits"}) {
    Json edited = made;
    edited[key] = made[key].get<std::string>() + "x";
    INVARIANT(!lab::from_manifest(edited));
  }
  Json edited = made;
  edited["files"][0]["path"] = text_of(manifest, "path") + "x";
  INVARIANT(!lab::from_manifest(edited));
}

}  // namespace
}  // namespace leanlab

FUZZ_TARGET(anchor) {
  using namespace leanlab;
  read_anchor_text(std::string(input));
  const auto json = parse_json(input);
  if (!json) return;
  read_manifest(*json);
  forge(*json);
}
