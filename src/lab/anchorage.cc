// Anchors in the user's folder and in git.
#include "lab/anchorage.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/strings.h"
#include "lab/user_folders.h"

namespace leanlab::lab {

namespace {

/// Whether the ledger with that id still lies in a state folder.
bool lies_in(const fs::path& state, const std::string& ledger_id) {
  const auto id = store::read_ledger_id(state);
  return id && *id == ledger_id;
}

std::string file_name(const std::string& ledger_id) {
  return ledger_id + ".json";
}

}  // namespace

Anchorage::Anchorage(const Place& place, const Clock& clock)
    : place_(place),
      clock_(clock),
      folder_(user_state_folder().empty() ? fs::path() : user_state_folder() / "anchors"),
      ref_(vcs::NotesRef::around(place.folder, k_ledger_ref)) {}

store::Anchor Anchorage::anchor_of(const store::Ledger& ledger) const {
  return {ledger.id(), ledger.head(), place_.state.string(), iso8601(clock_.now()), {}};
}

// A copy of a ledger that is used beside the original has anchors of its own: both go their own way.
fs::path Anchorage::folder_for(const std::string& ledger_id) const {
  const auto first = store::read_anchor(folder_, ledger_id);
  const bool ours =
      !first || !*first || (*first)->place == place_.state.string() || !lies_in((*first)->place, ledger_id);
  return ours ? folder_ : folder_ / "copies" / sha256_hex(place_.state.string()).substr(0, 16);
}

Result<std::optional<store::Anchor>> Anchorage::in_folder(const std::string& ledger_id) const {
  if (folder_.empty()) return std::optional<store::Anchor>();
  TRY_ASSIGN(auto own, store::read_anchor(folder_for(ledger_id), ledger_id));
  if (own) return own;
  return store::read_anchor(folder_, ledger_id);
}

Result<std::optional<store::Anchor>> Anchorage::in_ref(const std::string& ledger_id) const {
  if (!ref_) return std::optional<store::Anchor>();
  const auto text = ref_->read(file_name(ledger_id));
  if (!text) {
    log_warning("the ledger's anchor in git cannot be read: {}", one_line(text.error()));
    return std::optional<store::Anchor>();
  }
  if (!*text) return std::optional<store::Anchor>();
  TRY_ASSIGN(store::Anchor anchor, store::parse_anchor(**text, ref_->ref()));
  return std::optional<store::Anchor>(std::move(anchor));
}

// ---- comparing

Result<AnchorReport> Anchorage::check(const store::Ledger& ledger) const {
  AnchorReport report;
  const auto add = [&](const std::string& line) { report.line += (report.line.empty() ? "" : "; ") + line; };
  TRY_ASSIGN(const auto kept, in_folder(ledger.id()));
  TRY_ASSIGN(const auto in_git, in_ref(ledger.id()));
  for (const auto& [anchor, where] :
       {std::pair{&kept, folder_.string()}, std::pair{&in_git, "git ref " + std::string(k_ledger_ref)}}) {
    if (!*anchor) continue;
    TRY_ASSIGN(const store::AnchorVerdict verdict, store::compare(ledger, **anchor));
    report.anchored = true;
    if (!verdict.holds()) return AnchorReport{false, true, fmt::format("{} ({})", verdict.what, where)};
    add(fmt::format("{} ({})", verdict.what, where));
  }
  if (!report.anchored) return check_stranger(ledger);
  return report;
}

// A ledger without an anchor: a new one, one from another machine, or one that was put in the place of ours.
Result<AnchorReport> Anchorage::check_stranger(const store::Ledger& ledger) const {
  if (folder_.empty())
    return AnchorReport{true, false, "not anchored: there is no home folder to keep an anchor in"};
  TRY_ASSIGN(const auto others, store::find_anchors(folder_, place_.state));
  if (others.empty())
    return AnchorReport{true, false, "not anchored yet: " + folder_.string() + " knows no head of it"};
  return AnchorReport{
      false, true,
      fmt::format(
          "another ledger lies here than the one that was anchored: ledger {} with {} was anchored at {}, "
          "and this is {}",
          others.front().ledger_id.substr(0, 8), plural(others.front().head.seq, "record"),
          local_time_of(others.front().ts), ledger.id().substr(0, 8))};
}

// ---- keeping

Status Anchorage::keep(const store::Ledger& ledger) const {
  if (folder_.empty()) return {};
  return store::write_anchor(folder_for(ledger.id()), anchor_of(ledger));
}

Status Anchorage::keep_in_ref(const store::Anchor& anchor) const {
  if (!ref_) return {};
  return ref_->write(file_name(anchor.ledger_id), store::to_text(anchor),
                     fmt::format("{}: {} at {}", printable(place_.name), plural(anchor.head.seq, "record"),
                                 anchor.head.hash.substr(0, 16)));
}

Status Anchorage::accept(const store::Ledger& ledger) const {
  if (!folder_.empty()) {
    TRY_ASSIGN(const auto others, store::find_anchors(folder_, place_.state));
    for (store::Anchor other : others) {
      other.retired = "replaced";
      TRY(store::replace_anchor(folder_, other));
    }
    TRY(store::replace_anchor(folder_for(ledger.id()), anchor_of(ledger)));
  }
  return keep_in_ref(anchor_of(ledger));
}

// ---- ledgers that are not there

std::optional<store::Anchor> Anchorage::lost(const std::vector<std::string>& known) const {
  std::vector<store::Anchor> found;
  const auto add = [&](const Result<std::optional<store::Anchor>>& anchor) {
    if (!anchor || !*anchor || !(*anchor)->retired.empty()) return;
    // A lab's folder that was copied without its state has lost nothing: the ledger lies where it was.
    if (!lies_in((*anchor)->place, (*anchor)->ledger_id)) found.push_back(**anchor);
  };
  for (const std::string& id : known) {
    if (!folder_.empty()) add(store::read_anchor(folder_, id));
    add(in_ref(id));
  }
  if (!folder_.empty()) {
    if (auto here = store::find_anchors(folder_, place_.state))
      found.insert(found.end(), here->begin(), here->end());
  }
  const auto furthest = std::max_element(
      found.begin(), found.end(), [](const auto& a, const auto& b) { return a.head.seq < b.head.seq; });
  return furthest == found.end() ? std::nullopt : std::optional<store::Anchor>(*furthest);
}

Status Anchorage::retire(const std::string& why) const {
  if (folder_.empty()) return {};
  TRY_ASSIGN(const auto anchors, store::find_anchors(folder_, place_.state));
  for (store::Anchor anchor : anchors) {
    anchor.retired = why;
    TRY(store::replace_anchor(folder_, anchor));
  }
  return {};
}

Status Anchorage::move(const fs::path& state) const {
  if (folder_.empty()) return {};
  TRY_ASSIGN(const auto anchors, store::find_anchors(folder_, place_.state));
  for (store::Anchor anchor : anchors) {
    anchor.place = state.string();
    TRY(store::replace_anchor(folder_, anchor));
  }
  return {};
}

}  // namespace leanlab::lab
