// Walking a lab for what is to be sealed. Links are sealed by their text and must stay inside; data that lab.json names
// may lie anywhere and is followed.
#include "lab/seal_files.h"

#include <algorithm>
#include <array>
#include <set>

#include <sys/stat.h>

#include "base/fs.h"
#include "base/hash.h"
#include "base/strings.h"

namespace leanlab::lab {

namespace {

constexpr std::array k_caches{"__pycache__",        ".pytest_cache", ".mypy_cache", ".ruff_cache",
                              ".ipynb_checkpoints", ".git",          ".cache",      ".DS_Store"};

bool is_cache(const std::string& name) {
  if (std::find(k_caches.begin(), k_caches.end(), name) != k_caches.end()) return true;
  return name.ends_with(".pyc") || name.ends_with("~") || name.ends_with(".swp") || name.starts_with(".#");
}

/// Files at the top of a lab that people and the engine change while it runs.
bool is_changing(const std::string& path, const Config& config) {
  static constexpr std::array k_changing{"lab.json", "Director_Notes.md", "Critic_Feedback.md", "agents"};
  if (path == config.experiments_dir || path == config.results_file) return true;
  if (std::find(k_changing.begin(), k_changing.end(), path) != k_changing.end()) return true;
  // Our own unfinished replacements of such files.
  const std::size_t temporary = path.find(".tmp-");
  return temporary != std::string::npos && is_changing(path.substr(0, temporary), config);
}

/// Where a link leads at last, also when nothing is there, relative to the lab; ".." or empty: out of it.
fs::path link_target(const Place& place, fs::path at) {
  std::error_code error;
  std::error_code missing;  // "nothing there" is an answer, not a failure
  for (int hops = 0; hops < 40 && fs::is_symlink(at, missing); ++hops) {
    at = at.parent_path() / fs::read_symlink(at, error);
    // The last part may be a link again; what stands before it is resolved.
    at = fs::weakly_canonical(at.parent_path(), error) / at.filename();
  }
  if (error || fs::is_symlink(at, missing)) return {};
  return at.lexically_normal().lexically_relative(fs::canonical(place.folder, error));
}

class Walk {
 public:
  Walk(const Place& place, const Config& config) : place_(place), config_(config) {}

  Status lab(const std::string& inside) {
    TRY_ASSIGN(const auto names, list_directory(place_.folder / inside));
    for (const std::string& name : names) {
      const std::string path = inside.empty() ? name : inside + "/" + name;
      if (is_cache(name) || is_changing(path, config_) || found_.contains(path)) continue;
      TRY(entry(path));
    }
    return {};
  }

  /// What `data` names: a file, or all files of a folder.
  Status data(const std::string& path) {
    const fs::path where = sealed_location(place_, path);
    std::error_code error;
    if (fs::is_regular_file(where, error)) {
      found_.insert(path);
      return {};
    }
    if (!fs::is_directory(where, error))
      return fail(Error(ErrorCode::misconfigured,
                        fmt::format("\"data\" names {}, which is no file and no folder", where.string()))
                      .then("put it there, or correct \"data\" in lab.json"));
    TRY_ASSIGN(const auto names, list_directory(where));
    for (const std::string& name : names) {
      if (is_cache(name)) continue;
      if (fs::is_symlink(where / name, error) && fs::is_directory(where / name, error))
        return fail(ErrorCode::misconfigured, "{} is a link to a folder: name that folder in \"data\" itself",
                    (where / name).string());
      TRY(data(path + "/" + name));
    }
    return {};
  }

  [[nodiscard]] std::vector<std::string> found() const { return {found_.begin(), found_.end()}; }

 private:
  Status entry(const std::string& path) {
    const fs::path where = place_.folder / path;
    std::error_code error;
    const fs::file_status status = fs::symlink_status(where, error);
    switch (status.type()) {
      case fs::file_type::regular:
        found_.insert(path);
        return {};
      case fs::file_type::symlink:
        return link(path, where);
      case fs::file_type::directory:
        // A virtual environment is known by the version and prefix of its interpreter.
        return fs::exists(where / "pyvenv.cfg", error) ? Status{} : lab(path);
      default:
        return fail(ErrorCode::misconfigured, "{} is neither a file nor a folder, and cannot be sealed",
                    where.string());
    }
  }

  Status link(const std::string& path, const fs::path& where) {
    const fs::path target = link_target(place_, where);
    const std::string first = target.empty() ? ".." : target.begin()->string();
    if (first == "..")
      return fail(
          Error(ErrorCode::misconfigured,
                fmt::format("{} is a link that leaves the lab, so what it means could change unseen",
                            where.string()))
              .then("copy the file into the lab, or name what it points to under \"data\" in lab.json"));
    if (is_changing(first, config_) || target.string().starts_with(config_.experiments_dir + "/"))
      return fail(ErrorCode::misconfigured, "{} is a link to {}, which is not sealed", where.string(),
                  target.string());
    found_.insert(path);
    return {};
  }

  const Place& place_;
  const Config& config_;
  std::set<std::string> found_;
};

/// A path as lab.json names it, in its shortest form.
std::string data_path(const std::string& named, const Place& place) {
  std::string path = fs::path(named).lexically_normal().generic_string();
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  const std::string inside = place.folder.string() + "/";
  return path.starts_with(inside) ? path.substr(inside.size()) : path;
}

/// Data outside of the lab is read through links; a link that stays in the lab is sealed as a link.
bool is_followed(const Place& place, const std::string& path) {
  std::error_code error;
  const fs::path where = sealed_location(place, path);
  if (!fs::is_symlink(where, error)) return false;
  const fs::path target = link_target(place, where);
  return target.empty() || *target.begin() == "..";
}

}  // namespace

fs::path sealed_location(const Place& place, const std::string& path) {
  return place.folder / path;  // an absolute path stays itself
}

Result<std::vector<std::string>> sealed_paths(const Place& place, const Config& config) {
  Walk walk(place, config);
  for (const std::string& named : config.data) TRY(walk.data(data_path(named, place)));
  TRY(walk.lab(""));
  return walk.found();
}

Result<SealedFile> stat_sealed(const Place& place, const std::string& path) {
  const fs::path where = sealed_location(place, path);
  struct stat info{};
  if ((is_followed(place, path) ? ::stat(where.c_str(), &info) : ::lstat(where.c_str(), &info)) != 0)
    return fail(errno_error(errno, fmt::format("cannot read the sealed file {}", where.string())));
  if (!S_ISREG(info.st_mode) && !S_ISLNK(info.st_mode))
    return fail(ErrorCode::misconfigured, "{} is no file", where.string());
  SealedFile file;
  file.path = path;
  file.link = S_ISLNK(info.st_mode);
  file.executable = !file.link && (info.st_mode & S_IXUSR) != 0;
  file.size = static_cast<std::uint64_t>(info.st_size);
  file.inode = info.st_ino;
  file.ctime_ns = std::int64_t{info.st_ctim.tv_sec} * 1'000'000'000 + info.st_ctim.tv_nsec;
  return file;
}

Result<SealedFile> hash_sealed(const Place& place, const std::string& path) {
  TRY_ASSIGN(SealedFile file, stat_sealed(place, path));
  const fs::path where = sealed_location(place, path);
  if (file.link) {
    std::error_code error;
    file.sha256 = sha256_hex(fs::read_symlink(where, error).string());
    return file;
  }
  TRY_ASSIGN(file.sha256, sha256_file(where));
  return file;
}

}  // namespace leanlab::lab
