// Anchors as small JSON files, one for each ledger.
#include "store/anchor.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/fs.h"
#include "base/json.h"
#include "store/ledger_reader.h"

namespace leanlab::store {

namespace {

constexpr int k_anchor_version = 1;
constexpr std::size_t k_limit_bytes = 1 << 16;

Result<fs::path> file_of(const fs::path& folder, const std::string& ledger_id) {
  if (!is_ledger_id(ledger_id)) return fail(ErrorCode::integrity, "\"{}\" is no id of a ledger", ledger_id);
  return folder / (ledger_id + ".json");
}

Result<Anchor> read_file_as_anchor(const fs::path& file) {
  TRY_ASSIGN(const std::string text, read_file(file, k_limit_bytes));
  TRY_ASSIGN(Anchor anchor, parse_anchor(text, file.string()));
  if (file.stem() == anchor.ledger_id) return anchor;
  return fail(Error(ErrorCode::integrity, "the anchor of the ledger cannot be read: it is of another ledger")
                  .at(file.string())
                  .then("restore it from a backup, or remove it to trust the ledger as it is"));
}

}  // namespace

Result<Anchor> parse_anchor(const std::string& text, const std::string& shown) {
  const auto unreadable = [&](std::string_view why) {
    return fail(Error(ErrorCode::integrity, fmt::format("the anchor of the ledger cannot be read: {}", why))
                    .at(shown)
                    .then("restore it from a backup, or remove it to trust the ledger as it is"));
  };
  const auto json = parse_json(text, shown);
  if (!json) return unreadable(json.error().message);
  const auto integer = [&](const char* key) {
    return json->contains(key) && (*json)[key].is_number_unsigned();
  };
  const auto word = [&](const char* key) { return json->contains(key) && (*json)[key].is_string(); };
  if (!json->is_object() || !integer("v")) return unreadable("it is not an anchor");
  if ((*json)["v"] > k_anchor_version) {
    return fail(
        Error(ErrorCode::unsupported, "the anchor of the ledger is written in a newer format").at(shown));
  }
  if (!integer("seq") || !integer("offset") || !word("ledger") || !word("hash") || !word("place") ||
      !word("ts")) {
    return unreadable("a field is missing");
  }
  Anchor anchor;
  anchor.ledger_id = (*json)["ledger"].get<std::string>();
  anchor.head.seq = (*json)["seq"].get<std::uint64_t>();
  anchor.head.offset = (*json)["offset"].get<std::uint64_t>();
  anchor.head.hash = (*json)["hash"].get<std::string>();
  anchor.place = (*json)["place"].get<std::string>();
  anchor.ts = (*json)["ts"].get<std::string>();
  if (word("retired")) anchor.retired = (*json)["retired"].get<std::string>();
  return anchor;
}

std::string to_text(const Anchor& anchor) {
  Json json = Json::object();
  json["v"] = k_anchor_version;
  json["ledger"] = anchor.ledger_id;
  json["seq"] = anchor.head.seq;
  json["offset"] = anchor.head.offset;
  json["hash"] = anchor.head.hash;
  json["place"] = anchor.place;
  json["ts"] = anchor.ts;
  if (!anchor.retired.empty()) json["retired"] = anchor.retired;
  return to_pretty(json);
}

Status write_anchor(const std::filesystem::path& folder, const Anchor& anchor) {
  TRY_ASSIGN(const fs::path file, file_of(folder, anchor.ledger_id));
  TRY_ASSIGN(const auto kept, read_anchor(folder, anchor.ledger_id));
  if (kept && kept->head.seq > anchor.head.seq) {
    return fail(Error(ErrorCode::integrity,
                      fmt::format("the anchor stands at record {}, behind the ledger's last, {}",
                                  kept->head.seq, anchor.head.seq))
                    .at(file.string())
                    .then("leanlab verify"));
  }
  return replace_anchor(folder, anchor);
}

Status replace_anchor(const std::filesystem::path& folder, const Anchor& anchor) {
  TRY_ASSIGN(const fs::path file, file_of(folder, anchor.ledger_id));
  TRY(make_directories(folder));
  return write_file(file, to_text(anchor), Durability::fsynced);
}

Result<std::optional<Anchor>> read_anchor(const std::filesystem::path& folder, const std::string& ledger_id) {
  TRY_ASSIGN(const fs::path file, file_of(folder, ledger_id));
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return std::optional<Anchor>();
  TRY_ASSIGN(Anchor anchor, read_file_as_anchor(file));
  return std::optional<Anchor>(std::move(anchor));
}

Result<std::vector<Anchor>> find_anchors(const std::filesystem::path& folder,
                                         const std::filesystem::path& place) {
  std::vector<Anchor> found;
  std::error_code ignored;
  if (!fs::exists(folder, ignored)) return found;
  TRY_ASSIGN(const auto names, list_directory(folder));
  for (const std::string& name : names) {
    const fs::path file = folder / name;
    if (file.extension() != ".json" || !is_ledger_id(file.stem().string())) continue;
    auto anchor = read_file_as_anchor(file);
    if (anchor && anchor->retired.empty() && anchor->place == place.string())
      found.push_back(std::move(*anchor));
  }
  std::ranges::sort(found, [](const Anchor& a, const Anchor& b) { return a.head.seq > b.head.seq; });
  return found;
}

Result<AnchorVerdict> compare(const Ledger& ledger, const Anchor& anchor) {
  if (anchor.ledger_id != ledger.id()) {
    return fail(ErrorCode::internal, "ledger {} was compared with the anchor of {}", ledger.id(),
                anchor.ledger_id);
  }
  const Head head = ledger.head();
  // Looks at the file as it is now: a writer may have gone on, and anchored, since a reader opened it.
  const Status stands = ledger.expect(anchor.head);
  if (!stands && stands.error().code != ErrorCode::integrity) return fail(stands.error());
  if (!stands && head.seq < anchor.head.seq) {
    return AnchorVerdict{
        AnchorMatch::behind,
        fmt::format(
            "the ledger ends at record {}, but record {} was anchored at {}: its tail was cut off, or an "
            "old copy was put in its place",
            head.seq, anchor.head.seq, local_time_of(anchor.ts))};
  }
  if (!stands) {
    return AnchorVerdict{
        AnchorMatch::different,
        fmt::format("record {} is not the one that was anchored at {}, when the ledger lay in {}: it was "
                    "rewritten, or it is another copy of that ledger",
                    anchor.head.seq, local_time_of(anchor.ts), anchor.place)};
  }
  if (head.seq <= anchor.head.seq) {
    return AnchorVerdict{AnchorMatch::same, fmt::format("unchanged since record {}, anchored at {}",
                                                        anchor.head.seq, local_time_of(anchor.ts))};
  }
  return AnchorVerdict{AnchorMatch::ahead,
                       fmt::format("unchanged up to record {}, anchored at {}; {} newer", anchor.head.seq,
                                   local_time_of(anchor.ts), head.seq - anchor.head.seq)};
}

}  // namespace leanlab::store
