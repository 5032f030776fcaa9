// Taking files in without trusting them: links, devices, sizes, repeats.
#include "metric/intake.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crash_point.h"
#include "base/fd.h"
#include "base/hash.h"
#include "base/strings.h"

namespace leanlab::metric {

namespace {

// Copies of it lie beside others under longer names (`NAME.tmp-…`), and a file system takes 255 bytes.
constexpr std::size_t k_longest_name = 200;

template <class... Args>
tl::unexpected<Error> refuse(fmt::format_string<Args...> format, Args&&... args) {
  return fail(ErrorCode::goal_not_met, format, std::forward<Args>(args)...);
}

const char* kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISLNK(mode)) return "a link";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  if (S_ISFIFO(mode)) return "a named pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "not a regular file";
}

bool is_inside(const fs::path& file, const fs::path& folder) {
  const fs::path relative = file.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != ".." && relative != ".";
}

}  // namespace

Result<Intake> take_in(const Session& session, const fs::path& file, const fs::path& experiments) {
  struct stat status{};
  if (const std::string name = file.filename().string(); name.size() > k_longest_name)
    return refuse("{}: its name has {} bytes; at most {} are allowed", clip(name, 40), name.size(),
                  k_longest_name);
  if (::lstat(file.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return refuse("there is no file {}", file.filename().string());
    return refuse("{} cannot be read: {}", file.filename().string(), errno_error(errno, "lstat").message);
  }
  if (!S_ISREG(status.st_mode))
    return refuse("{} is {}, not a regular file", file.filename().string(), kind_of(status.st_mode));
  std::error_code error;
  const fs::path real = fs::canonical(file, error);
  const fs::path folder = fs::canonical(experiments, error);
  if (error || !is_inside(real, folder)) {
    return refuse("{} does not lie inside {}/ of the lab; copy it there", file.string(),
                  session.config.experiments_dir);
  }
  // O_NONBLOCK: should a named pipe have taken the file's place meanwhile, opening it must not wait.
  auto fd = open_file(real, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!fd) return refuse("{}", fd.error().message);
  if (::fstat(fd->get(), &status) != 0 || !S_ISREG(status.st_mode))
    return refuse("{} is {}, not a regular file", file.filename().string(), kind_of(status.st_mode));
  if (status.st_nlink > 1)
    return refuse("{} has {} hard links; an experiment is a file of its own", file.filename().string(),
                  status.st_nlink);
  if (static_cast<std::uint64_t>(status.st_size) > k_max_experiment_bytes) {
    return refuse("{} has {}; an experiment has at most {}", file.filename().string(),
                  human_bytes(static_cast<std::uint64_t>(status.st_size)),
                  human_bytes(k_max_experiment_bytes));
  }
  auto bytes = read_all(fd->get(), k_max_experiment_bytes);
  if (!bytes) return refuse("{} cannot be read: {}", file.filename().string(), bytes.error().message);
  if (bytes->empty()) return refuse("{} is empty", file.filename().string());
  Intake intake;
  intake.sha256 = sha256_hex(*bytes);
  intake.bytes = std::move(*bytes);
  intake.name = file.filename().string();
  return intake;
}

Status refuse_duplicate(Session& session, const Intake& intake) {
  if (session.config.duplicates == lab::Duplicates::allow) return {};
  TRY_ASSIGN(const auto twin, session.book->find_hash(intake.sha256));
  if (twin) return refuse("it is byte for byte the same as {} ({})", twin->id(), twin->file);
  const fs::path sample_folder = session.place.folder / session.config.experiments_dir;
  std::error_code error;
  for (fs::directory_iterator it(sample_folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().stem() != "sample") continue;
    if (const auto hash = sha256_file(it->path()); hash && *hash == intake.sha256)
      return refuse("it is byte for byte the sample, the starting point, which is never scored as new");
  }
  // Last, for a claim is never given back: two attempts may bring the same bytes at the same moment.
  if (!session.claim(intake.sha256))
    return refuse("another attempt of this run has just brought the same bytes");
  return {};
}

namespace {
// True when it was made; false when somebody has that name. O_EXCL: two attempts never take each other's name.
Result<bool> write_new(const fs::path& path, const std::string& bytes) {
  auto fd = open_file(path, O_WRONLY | O_CREAT | O_EXCL, 0444);
  std::error_code error;
  if (!fd && fs::exists(fs::symlink_status(path, error))) return false;
  if (!fd) return fail(std::move(fd.error()));
  const Status written = write_all(fd->get(), bytes);
  if (!written) {
    ::unlink(path.c_str());
    return fail(written.error());
  }
  return true;
}
}  // namespace

Result<std::string> place_in_lab(Session& session, const Intake& intake, const std::string& wanted) {
  const fs::path folder = session.place.folder / session.config.experiments_dir;
  const std::string stem = fs::path(wanted).stem().string();
  const std::string extension = fs::path(wanted).extension().string();
  std::string file_name = wanted;
  for (int attempt = 2;; ++attempt) {
    TRY_ASSIGN(const bool placed, write_new(folder / file_name, intake.bytes), "placing {} in the lab",
               file_name);
    if (placed) break;
    file_name = fmt::format("{}_{}{}", stem, attempt, extension);
  }
  crash_point("intake.placed");
  return (fs::path(session.config.experiments_dir) / file_name).string();
}

Status replace_in_lab(const Session& session, const std::string& file, const std::string& bytes) {
  return write_file(session.place.folder / file, bytes, Durability::fast, 0444);
}

std::string notes_of(const std::string& source) {
  for (std::string_view line : split_lines(source)) {
    line = trim(line);
    if (line.empty() || line.starts_with("#!") || line.starts_with("# -*-") || line.starts_with("#pragma") ||
        line.starts_with("#include") || line.starts_with("from __future__"))
      continue;
    bool comment = false;
    for (const std::string_view mark :
         {"\"\"\"", "'''", "r\"\"\"", "/**", "/*", "//", "#", "--", ";", "%", "!"}) {
      if (!line.starts_with(mark)) continue;
      line.remove_prefix(mark.size());
      comment = true;
      break;
    }
    if (!comment) return {};
    for (const std::string_view mark : {"\"\"\"", "'''", "*/"}) {
      if (line.ends_with(mark)) line.remove_suffix(mark.size());
    }
    line = trim(line);
    if (!line.empty()) return clip(printable(line), 200);
  }
  return {};
}

}  // namespace leanlab::metric
