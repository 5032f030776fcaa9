// Locking and unlocking: manifests in the state folder, and the write permission of the sealed files.
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/strings.h"
#include "lab/judging.h"
#include "lab/seal.h"
#include "lab/seal_files.h"
#include "lab/seal_manifest.h"

namespace leanlab::lab {

namespace {

fs::path seals(const Place& place) {
  return place.state / "seals";
}
fs::path current_file(const Place& place) {
  return seals(place) / "current.json";
}

enum class Writing { allowed, denied };

/// Only files of the lab itself: data elsewhere may serve others too.
Status set_writing(const Place& place, const Seal& seal, Writing writing) {
  for (const SealedFile& file : seal.files) {
    const bool elsewhere = fs::path(file.path).is_absolute() || file.path.starts_with("..");
    const fs::path where = sealed_location(place, file.path);
    struct stat info{};
    if (elsewhere || file.link || ::lstat(where.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) continue;
    const mode_t now = info.st_mode & 07777;
    const mode_t wanted =
        writing == Writing::allowed ? now | S_IWUSR : now & ~mode_t{S_IWUSR | S_IWGRP | S_IWOTH};
    if (wanted != now && ::chmod(where.c_str(), wanted) != 0)
      return fail(errno_error(errno, fmt::format("cannot change the permissions of {}", where.string())));
  }
  return {};
}

Status note_in_history(const Place& place, const char* act, const std::string& id) {
  const Json line{{"ts", iso8601(system_clock().now())}, {"act", act}, {"seal", id}};
  TRY_ASSIGN(Fd fd, open_file(seals(place) / "history.jsonl", O_WRONLY | O_CREAT | O_APPEND));
  return write_all(fd.get(), to_line(line) + "\n");
}

Result<Seal> read_manifest(const Place& place, const fs::path& file) {
  const std::string word = join_command(std::vector<std::string>{place.name});
  TRY_ASSIGN(const std::string text, read_file(file, 512u << 20));
  const auto manifest = parse_json(text, file.string());
  auto seal = manifest ? from_manifest(*manifest)
                       : Result<Seal>(fail(ErrorCode::integrity, "the seal's manifest is damaged"));
  if (!seal)
    return fail(
        std::move(std::move(seal.error()).at(file.string()).then(fmt::format("leanlab verify {}", word))));
  seal->manifest = sha256_hex(text);
  return seal;
}

/// A lock that is in force is kept when nothing has changed.
Result<Seal> keep_lock(const Place& place, const Config& config, Seal seal) {
  TRY(prove_seal(seal, place, config), "locking {}", place.name);
  TRY_ASSIGN(const auto later, files_since(seal, place, config));
  if (later.empty()) return seal;
  const std::string word = join_command(std::vector<std::string>{place.name});
  return fail(Error(ErrorCode::misconfigured,
                    fmt::format("{} is locked already, and {} came since: {}", place.name,
                                plural(later.size(), "file"),
                                clip(printable(fmt::format("{}", fmt::join(later, ", "))), 120)))
                  .then(fmt::format("to seal them too: leanlab unlock {0} and leanlab lock {0}", word)));
}

}  // namespace

Result<std::optional<Seal>> current_lock(const Place& place) {
  std::error_code error;
  if (!fs::exists(current_file(place), error)) return std::optional<Seal>();
  TRY_ASSIGN(Seal seal, read_manifest(place, current_file(place)));
  seal.locked = true;
  return std::optional<Seal>(std::move(seal));
}

Result<Seal> past_seal(const Place& place, const std::string& id) {
  std::error_code error;
  const bool name = id.size() == 64 && id.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!name || !fs::exists(seals(place) / (id + ".json"), error))
    return fail(ErrorCode::not_found, "{} has no seal {}", place.name, clip(printable(id), 70));
  return read_manifest(place, seals(place) / (id + ".json"));
}

Status agree_with_ledger(const Place& place, const RecordedSeal& recorded, const std::optional<Seal>& lock) {
  const bool same = recorded.id == (lock ? lock->id : std::string());
  const bool edited = same && lock && !recorded.manifest.empty() && recorded.manifest != lock->manifest;
  if (same && !edited) return {};
  const std::string word = join_command(std::vector<std::string>{place.name});
  if (recorded.id.empty()) {
    return fail(
        Error(ErrorCode::misconfigured,
              fmt::format("the ledger knows nothing of the lock of {}: locking or unlocking it was cut off",
                          place.name))
            .then(fmt::format("leanlab lock {0}, or leanlab unlock {0}", word)));
  }
  const std::string what =
      edited ? fmt::format("the seal of {} was edited: its manifest is not the one that the ledger recorded",
                           place.name)
      : lock ? fmt::format("the seal of {} was exchanged: it is {}, and the ledger recorded {}", place.name,
                           lock->id.substr(0, 12), recorded.id.substr(0, 12))
             : fmt::format("the seal of {} is gone: the ledger recorded {}, and there is no manifest",
                           place.name, recorded.id.substr(0, 12));
  return fail(
      Error(ErrorCode::integrity, what)
          .at(current_file(place).string())
          .then(fmt::format("restore it, or accept the change with leanlab unlock {0} and leanlab lock {0}",
                            word)));
}

Result<Seal> lock_lab(const Place& place, const Config& config) {
  TRY_ASSIGN(auto existing, current_lock(place));
  if (existing) return keep_lock(place, config, std::move(*existing));
  TRY_ASSIGN(Seal seal, make_seal(place, config));
  if (config.judge == JudgeContract::automatic) {
    const Interrupt never;
    TRY_ASSIGN(const Judging judging, choose_judging(place, config, seal, never),
               "finding out how {} is judged", place.name);
    freeze_level(seal, judging.level);
  }
  seal.locked = true;
  TRY(make_directories(seals(place)));
  const auto written = [&]() -> Status {
    TRY(set_writing(place, seal, Writing::denied));
    // The change of mode set each file's ctime, on which the cheap proof rests.
    for (SealedFile& file : seal.files) {
      TRY_ASSIGN(SealedFile now, hash_sealed(place, file.path));
      if (now.sha256 != file.sha256)
        return fail(ErrorCode::integrity, "{} was written to while it was being locked", file.path);
      file = std::move(now);
    }
    const std::string text = to_pretty(to_manifest(seal));
    seal.manifest = sha256_hex(text);
    TRY(write_file(seals(place) / (seal.id + ".json"), text, Durability::fsynced));
    TRY(write_file(current_file(place), text, Durability::fsynced));
    return note_in_history(place, "lock", seal.id);
  }();
  if (!written) {
    std::error_code error;
    fs::remove(current_file(place), error);
    static_cast<void>(set_writing(place, seal, Writing::allowed));
    return fail(written.error());
  }
  return seal;
}

Status unlock_lab(const Place& place) {
  const std::string word = join_command(std::vector<std::string>{place.name});
  auto lock = current_lock(place);
  if (lock && !*lock)
    return fail(Error(ErrorCode::misconfigured, fmt::format("{} is not locked", place.name))
                    .then("leanlab lock " + word));
  // A damaged manifest must not keep the owner out; it goes into the history as it is.
  std::error_code error;
  if (!lock) {
    if (lock.error().code != ErrorCode::integrity) return fail(lock.error());
    fs::rename(current_file(place),
               seals(place) / fmt::format("damaged-{}.json", iso8601(system_clock().now())), error);
    if (error) return fail(errno_error(error.value(), "cannot move the damaged seal aside"));
    return note_in_history(place, "unlock-damaged", "");
  }
  TRY(set_writing(place, **lock, Writing::allowed));
  fs::remove(current_file(place), error);
  if (error) return fail(errno_error(error.value(), fmt::format("cannot open the seal of {}", place.name)));
  TRY(sync_directory(seals(place)));
  return note_in_history(place, "unlock", (*lock)->id);
}

}  // namespace leanlab::lab
