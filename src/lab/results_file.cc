// Reading, mending and extending results.jsonl, and importing rows that others wrote.
#include "lab/results_file.h"

#include <algorithm>
#include <cerrno>
#include <cmath>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/fs.h"
#include "base/json_python.h"
#include "base/parallel.h"
#include "base/strings.h"
#include "lab/book_digest.h"

namespace leanlab::lab {

std::uint64_t ResultsFile::size() const {
  std::error_code error;
  const auto bytes = fs::file_size(path_, error);
  return error ? 0 : bytes;
}

namespace {

Result<std::string> text_behind(const fs::path& path, std::uint64_t offset) {
  if (!fs::exists(path)) return std::string();
  TRY_ASSIGN(Fd fd, open_file(path, O_RDONLY));
  if (::lseek(fd.get(), static_cast<off_t>(offset), SEEK_SET) < 0)
    return fail(errno_error(errno, "cannot read " + path.string()));
  return read_all(fd.get(), std::size_t{4} << 30);
}

void find_owner(ResultsLine& line) {
  if (line.text.find("\"leanlab\"") == std::string::npos) return;
  const auto row = parse_json(line.text);
  if (!row || !row->is_object() || !row->contains("leanlab")) return;
  const Json& ours = (*row)["leanlab"];
  if (!ours.is_object() || !ours.contains("seq") || !ours["seq"].is_number_unsigned()) return;
  line.seq = ours["seq"].get<std::uint64_t>();
  line.ledger = text_of(ours, "ledger");  // another kind is nobody's
}

}  // namespace

Status ResultsFile::mend() const {
  const std::uint64_t bytes = size();
  if (bytes == 0) return {};
  // Nearly always the file ends as it should: one byte tells.
  TRY_ASSIGN(const std::string end, text_behind(path_, bytes - 1));
  if (end == "\n") return {};
  // A row is far smaller than this; a longer last line is nobody's row.
  const std::uint64_t from = bytes > (1u << 20) ? bytes - (1u << 20) : 0;
  TRY_ASSIGN(const std::string text, text_behind(path_, from));
  if (text.empty() || text.back() == '\n') return {};
  const std::size_t last = text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1;
  if (parse_python_json(std::string_view(text).substr(last))) {
    TRY_ASSIGN(Fd fd, open_file(path_, O_WRONLY | O_APPEND));
    return write_all(fd.get(), "\n");
  }
  if (::truncate(path_.c_str(), static_cast<off_t>(from + last)) != 0)
    return fail(errno_error(errno, "cannot mend " + path_.string()));
  return {};
}

Status scan_lines(const Fd& file, const fs::path& path, std::uint64_t offset,
                  const std::function<Status(std::span<const FileLine>)>& visit) {
  constexpr std::size_t k_piece = 1u << 20;
  std::string text;  // from `offset` on
  std::vector<FileLine> lines;
  bool more = true;
  while (more) {
    std::size_t searched = text.size();  // it holds no newline
    TRY_ASSIGN(const std::string piece, read_at(file.get(), offset + text.size(), k_piece), "reading {}",
               path.string());
    more = piece.size() == k_piece;
    text += piece;
    lines.clear();
    std::size_t start = 0;
    for (std::size_t newline = text.find('\n', searched); newline != std::string::npos;
         newline = text.find('\n', start)) {
      lines.push_back({std::string_view(text).substr(start, newline - start), offset + newline + 1});
      start = newline + 1;
    }
    const std::string_view rest = std::string_view(text).substr(start);
    if (!more && parse_python_json(rest)) lines.push_back({rest, offset + text.size()});
    TRY(visit(lines));
    text.erase(0, start);
    offset += start;
  }
  return {};
}

Status ResultsFile::scan(std::uint64_t offset, const std::function<Status(ResultsLine&)>& visit) const {
  if (!fs::exists(path_)) return {};
  TRY_ASSIGN(const Fd fd, open_file(path_, O_RDONLY));
  std::vector<ResultsLine> lines;
  const auto take = [&](std::span<const FileLine> piece) -> Status {
    lines.assign(piece.size(), {});
    in_parallel(piece.size(), [&](std::size_t i) {
      lines[i].text = repair_utf8(trim(piece[i].text));  // as the ledger will hold it
      lines[i].end = piece[i].end;
      find_owner(lines[i]);
    });
    for (ResultsLine& line : lines)
      if (!line.text.empty()) TRY(visit(line));
    return {};
  };
  return scan_lines(fd, path_, offset, take);
}

Status ResultsFile::append(const std::vector<std::string>& rows) const {
  if (rows.empty()) return {};
  std::string text;
  for (const std::string& row : rows) text += row + "\n";
  TRY_ASSIGN(Fd fd, open_file(path_, O_WRONLY | O_CREAT | O_APPEND));
  const off_t before = ::lseek(fd.get(), 0, SEEK_END);
  auto written = write_all(fd.get(), text);
  if (!written) {
    // Half a row must not stay: the file is for other tools too.
    static_cast<void>(!::ftruncate(fd.get(), before));
    written.error().context.push_back("writing " + path_.string());
  }
  return written;
}

void ResultsTail::add(ResultsLine&& line) {
  const bool ours = !line.ledger.empty() && line.ledger == ledger_ && line.seq <= last_seq_;
  const std::size_t index = slots_.size();
  Slot slot{.end = line.end, .known = ours && line.seq <= known_seq_};
  if (ours) {
    const bool in_order = ours_.empty() || ours_.back().first < line.seq;
    const auto place =
        in_order ? ours_.end() : std::ranges::lower_bound(ours_, std::pair(line.seq, std::size_t{0}));
    if (place == ours_.end() || place->first != line.seq) ours_.emplace(place, line.seq, index);
  } else {
    foreign_.emplace(std::hash<std::string>()(line.text), index);
    slot.text = static_cast<std::uint32_t>(texts_.size());
    texts_.push_back(std::move(line.text));
  }
  slots_.push_back(slot);
}

bool ResultsTail::take(std::uint64_t seq) {
  const auto found = std::ranges::lower_bound(ours_, std::pair(seq, std::size_t{0}));
  if (found == ours_.end() || found->first != seq) return false;
  slots_[found->second].known = true;
  return true;
}

bool ResultsTail::take(const std::string& row) {
  auto [found, end] = foreign_.equal_range(std::hash<std::string>()(row));
  while (found != end && texts_[slots_[found->second].text] != row) ++found;
  if (found == end) return false;
  Slot& slot = slots_[found->second];
  slot.known = true;
  std::string().swap(texts_[slot.text]);
  foreign_.erase(found);
  return true;
}

void ResultsTail::added(std::uint64_t end) {
  slots_.push_back({.end = end, .known = true});
}

std::uint64_t ResultsTail::accounted() {
  while (first_unknown_ < slots_.size() && slots_[first_unknown_].known)
    accounted_ = slots_[first_unknown_++].end;
  if (first_unknown_ == slots_.size()) {
    slots_ = {};
    texts_ = {};
    ours_ = {};
    foreign_ = {};
    first_unknown_ = 0;
  }
  return accounted_;
}

std::vector<std::string> ResultsTail::foreign(std::size_t most) const {
  std::vector<std::string> rows;
  for (std::size_t i = first_unknown_; i < slots_.size() && rows.size() < most; ++i) {
    if (!slots_[i].known && slots_[i].text != k_no_text) rows.push_back(texts_[slots_[i].text]);
  }
  return rows;
}

namespace {

std::string text_field(const Json& object, const char* key) {
  return object.contains(key) && object[key].is_string() ? object[key].get<std::string>() : std::string();
}
std::optional<double> number_field(const Json& object, const char* key) {
  if (!object.contains(key) || !object[key].is_number()) return std::nullopt;
  const double value = object[key].get<double>();
  return std::isfinite(value) ? std::optional<double>(value) : std::nullopt;
}

}  // namespace

Result<Experiment> import_row(const std::string& row, const std::string& lab, const Objective& objective) {
  TRY_ASSIGN(const Json object, parse_python_json(row, "results.jsonl"));
  if (!object.is_object())
    return fail(ErrorCode::misconfigured, "a line of results.jsonl is not a JSON object");
  Experiment experiment;
  experiment.lab = lab;
  experiment.origin = Origin::imported;
  experiment.file = text_field(object, "experiment_file");
  experiment.tag = text_field(object, "tag");
  experiment.notes = text_field(object, "notes");
  experiment.best_so_far = number_field(object, "best_so_far");
  experiment.value = number_field(object, objective.metric.c_str());
  experiment.ts = text_field(object, "ts");
  if (const auto time = parse_iso8601(experiment.ts)) experiment.ts = iso8601(*time);
  for (const auto& [key, value] : object.items()) {
    if (key == "best_so_far" || !value.is_number()) continue;
    if (const auto metric = number_field(object, key.c_str())) experiment.metrics.emplace_back(key, *metric);
  }
  if (object.contains("leanlab") && object["leanlab"].is_object()) {
    const Json& ours = object["leanlab"];
    experiment.agent = text_field(ours, "agent");
    experiment.sha256 = text_field(ours, "sha256");
  }
  if (!experiment.value) {
    experiment.verdict = Verdict::invalid;
    experiment.reason = experiment.notes.starts_with("invalid:")
                            ? std::string(trim(std::string_view(experiment.notes).substr(8)))
                            : "no value in the imported row";
  }
  return experiment;
}

Status write_results(const ResultsFile& results, const store::Ledger& ledger, const std::string& lab,
                     const std::string& metric) {
  fs::path fresh = results.path();
  fresh += ".rebuilding";
  TRY(remove_tree(fresh));
  const ResultsFile file(fresh);
  constexpr std::size_t k_batch = 2000;
  store::Head at;
  while (true) {
    TRY_ASSIGN(std::vector<Digest> batch, digest_records(ledger, at, k_batch, lab, metric));
    if (batch.empty()) break;
    at = head_behind(batch.back().record);
    std::vector<std::string> rows;
    for (Digest& digest : batch) {
      if (digest.fault) return fail(std::move(*digest.fault));
      if (digest.row) rows.push_back(std::move(*digest.row));
    }
    TRY(file.append(rows));
  }
  std::error_code error;
  if (!fs::exists(fresh))
    fs::remove(results.path(), error);  // no rows: no file
  else
    fs::rename(fresh, results.path(), error);
  if (error) return fail(errno_error(error.value(), "cannot replace " + results.path().string()));
  return {};
}

}  // namespace leanlab::lab
