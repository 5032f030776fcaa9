// Judging again what the store keeps, in the place that it had.
#include "metric/rescore.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "base/fs.h"
#include "base/hash.h"
#include "base/strings.h"
#include "metric/intake.h"
#include "metric/judge.h"

namespace leanlab::metric {

namespace {

/// A file that is removed when the object goes; none.
class Borrowed {
 public:
  Borrowed() = default;
  explicit Borrowed(fs::path file) : file_(std::move(file)) {}
  Borrowed(Borrowed&& other) noexcept : file_(std::exchange(other.file_, {})) {}
  Borrowed& operator=(Borrowed&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
  }
  ~Borrowed() {
    if (!file_.empty()) static_cast<void>(remove_tree(file_));
  }

 private:
  fs::path file_;
};

/// The recorded bytes: the stored copy, or for an imported row its file.
Result<std::string> recorded_bytes(const Session& session, const lab::Experiment& experiment) {
  const bool kept = !experiment.sha256.empty() && session.book->blobs().contains(experiment.sha256);
  if (kept) return session.book->blobs().get(experiment.sha256);
  const fs::path file = session.place.folder / experiment.file;
  std::error_code error;
  if (experiment.origin == lab::Origin::imported && fs::is_regular_file(file, error))
    return read_file(file, k_max_experiment_bytes);
  return fail(ErrorCode::misconfigured, "the file of {} is not kept: {} cannot be judged again",
              experiment.id(), printable(experiment.file));
}

/// Its bytes as a file of the lab: the experiment's own where that still holds them, else a copy for this time.
Result<Borrowed> place_again(Session& session, lab::Experiment& experiment) {
  TRY_ASSIGN(const std::string bytes, recorded_bytes(session, experiment));
  experiment.sha256 = sha256_hex(bytes);
  const auto there = sha256_file(session.place.folder / experiment.file);
  if (there && *there == experiment.sha256) return Borrowed();
  Intake intake;
  intake.bytes = bytes;
  intake.name = session.free_name(fs::path(experiment.file).extension().string());
  TRY_ASSIGN(experiment.file, place_in_lab(session, intake, intake.name));
  return Borrowed(session.place.folder / experiment.file);
}

Json record_of(const Rescored& rescored, const std::string& driver) {
  const auto or_null = [](const std::optional<double>& value) {
    return value ? Json(*value) : Json(nullptr);
  };
  Json after = lab::to_record(rescored.after);
  for (const char* key : {"number", "best", "tag", "ts", "parent", "notes", "agent", "origin"})
    after.erase(key);
  return {{"number", rescored.before.number},
          {"before", {{"value", or_null(rescored.before.value)}, {"seal", rescored.before.seal}}},
          {"after", std::move(after)},
          {"difference", or_null(rescored.difference)},
          {"driver", driver}};
}

}  // namespace

Result<Rescored> rescore(const lab::Project& project, const lab::Place& place, std::uint64_t number,
                         const std::string& driver, const lab::EventSink& sink, const Clock& clock,
                         const Interrupt& interrupt) {
  TRY_ASSIGN(const lab::Config config, lab::load_config(place.folder));
  TRY_ASSIGN(const auto session,
             Session::open(project, place, config, {"rescore", 1, {}, driver}, sink, clock, interrupt));
  TRY_ASSIGN(const auto found, session->book->find(number));
  if (!found) {
    return fail(
        Error(ErrorCode::not_found, fmt::format("there is no experiment {}/{}; the book has {}", place.name,
                                                number, plural(session->book->count(), "experiment"))));
  }
  Rescored rescored{*found, *found, found->seal == session->seal.id, {}};
  lab::Experiment& after = rescored.after;
  TRY_ASSIGN(const Borrowed borrowed, place_again(*session, after));
  after.value.reset();
  after.metrics.clear();
  after.reason.clear();
  TRY(judge(*session, after, [](lab::Phase) {}), "judging {} again", found->id());
  if (rescored.before.value && after.value) rescored.difference = *after.value - *rescored.before.value;
  TRY(session->book->record_event("rescored", record_of(rescored, driver)));
  TRY(session->prove());  // sealed bytes that were changed end the command, behind the record that says so
  after.file = rescored.before.file;
  after.ts = iso8601(clock.now());
  return rescored;
}

Status rescore_champion(Session& session) {
  TRY_ASSIGN(const auto champion, session.book->champion());
  if (!champion || champion->seal.empty() || champion->seal == session.seal.id) return {};
  session.inform(fmt::format(
      "{} was judged under another seal: it is judged again first, so that values compare", champion->id()));
  lab::Experiment again = *champion;
  TRY_ASSIGN(const Borrowed borrowed, place_again(session, again));
  again.value.reset();
  again.metrics.clear();
  again.reason.clear();
  TRY(judge(session, again, [](lab::Phase) {}), "judging {} again", champion->id());
  again.file = champion->file;
  TRY_ASSIGN(const lab::Experiment recorded, session.book->record_rescored_champion(again, session.driver));
  TRY(session.prove());
  session.inform(
      recorded.value
          ? fmt::format("{}: {} was {}", recorded.id(), number(*recorded.value), number(*champion->value))
          : fmt::format("{} has no value under the new seal ({}): the book has no best until there is a new "
                        "one",
                        recorded.id(), printable(recorded.reason)));
  return {};
}

}  // namespace leanlab::metric
