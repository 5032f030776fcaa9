// Detached mounts are opened first, while all paths can be seen; then a tmpfs covers /tmp, the view grows in it, and
// pivot_root makes it the root. A path's flags are set on the detached mount, before anybody can use it.
#include "view.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>

#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "identity.h"
#include "ownership.h"
#include "setup_channel.h"

namespace leanlab::helper {
namespace {

constexpr const char* k_usual_devices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random",
                                           "/dev/urandom"};

int open_detached(const std::string& path) {
  return static_cast<int>(
      ::syscall(SYS_open_tree, AT_FDCWD, path.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE));
}

int set_attributes(int tree, const mount_attr& attributes) {
  return static_cast<int>(
      ::syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes, sizeof attributes));
}

// Not every file system can show its files as another's (overlayfs cannot); then their mode bits decide what nobody may read,
// and what it may write has to be its own.
void restrict_mount(const Shown& shown, PathRule::Kind kind, int owner_map) {
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
  if (kind != PathRule::Kind::write) attributes.attr_set |= MOUNT_ATTR_RDONLY;
  attributes.propagation = MS_PRIVATE;  // what the machine mounts later does not appear
  if (owner_map >= 0) {
    mount_attr with_owner = attributes;
    with_owner.attr_set |= MOUNT_ATTR_IDMAP;
    with_owner.userns_fd = static_cast<std::uint64_t>(owner_map);
    if (set_attributes(shown.tree, with_owner) == 0) return;
    if (kind == PathRule::Kind::write) give_to_nobody(shown.path);
  }
  if (set_attributes(shown.tree, attributes) != 0) setup_failed("mount flags", shown.path);
}

// The deepest path of the list above this one.
const PathRule* nearest_above(const Request& request, const PathRule& rule) {
  const PathRule* nearest = nullptr;
  for (const PathRule& other : request.paths) {
    if (other.kind == PathRule::Kind::list) continue;
    const bool above = rule.path.size() > other.path.size() &&
                       rule.path.compare(0, other.path.size(), other.path) == 0 &&
                       (rule.path[other.path.size()] == '/' || other.path == "/");
    if (above && (nearest == nullptr || other.path.size() > nearest->path.size())) nearest = &other;
  }
  return nearest;
}

bool is_below_another(const Request& request, const PathRule& rule) {
  return nearest_above(request, rule) != nullptr;
}

// Whether a shallower path of the list shows this one already, with the same rights.
bool is_covered(const Request& request, const PathRule& rule) {
  const PathRule* above = nearest_above(request, rule);
  return above != nullptr && above->kind == rule.kind;
}

Shown open_device(const std::string& path) {
  Shown shown;
  shown.path = path;
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) setup_failed("device", path);
  shown.is_folder = S_ISDIR(status.st_mode);
  shown.tree = open_detached(path);
  if (shown.tree < 0) setup_failed("device", path);
  mount_attr
      attributes{};  // a locked flag of the user's own mount may forbid the change: devices stay as they are
  attributes.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
  static_cast<void>(set_attributes(shown.tree, attributes));
  return shown;
}

// Where a link leads. Mostly there is no further link on the way, which one call tells.
std::string target_of(const std::string& path, const std::string& link) {
  const std::string there = link[0] == '/' ? link : path.substr(0, path.rfind('/') + 1) + link;
  const bool is_plain =
      there.find("/.") == std::string::npos && there.find("//") == std::string::npos && there.back() != '/';
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_NO_SYMLINKS;
  const int fd =
      is_plain ? static_cast<int>(::syscall(SYS_openat2, AT_FDCWD, there.c_str(), &how, sizeof how)) : -1;
  if (fd >= 0) {
    ::close(fd);
    return there;
  }
  char resolved[PATH_MAX];
  if (::realpath(path.c_str(), resolved) == nullptr) setup_failed("view", path);
  return resolved;
}

std::string read_link(const std::string& path) {
  char target[PATH_MAX];
  const ssize_t size = ::readlink(path.c_str(), target, sizeof target);
  if (size <= 0) setup_failed("view", path);
  return {target, static_cast<std::size_t>(size)};
}

class Wanted {
 public:
  Wanted(const Request& request, int owner_map) : request_(request), owner_map_(owner_map) {}

  std::vector<Shown> open() {
    for (const PathRule& rule : request_.paths) {
      if (rule.kind != PathRule::Kind::list) look_at(rule);  // what is visible can be listed here
    }
    std::stable_sort(found_.begin(), found_.end(),
                     [](const Found& a, const Found& b) { return a.shown.path < b.shown.path; });
    std::vector<Shown> shown;
    for (Found& one : found_) {
      if (one.shown.link.empty() && !one.shown.is_hidden) {
        one.shown.tree = open_detached(one.shown.path);
        if (one.shown.tree < 0) setup_failed("view", one.shown.path);
        restrict_mount(one.shown, one.kind, owner_map_);
      }
      shown.push_back(std::move(one.shown));
    }
    return shown;
  }

 private:
  struct Found {
    Shown shown;
    PathRule::Kind kind;
  };

  // A link is shown as a link, and what it leads to as a path of its own.
  void look_at(const PathRule& rule) {
    const bool hides = rule.kind == PathRule::Kind::hide;
    if (hides && !is_below_another(request_, rule)) return;
    struct stat status{};
    if (::lstat(rule.path.c_str(), &status) != 0) {
      if (hides) return;  // nothing to hide
      setup_failed("view", rule.path);
    }
    Shown shown;
    shown.path = rule.path;
    if (S_ISLNK(status.st_mode)) {
      shown.link = read_link(rule.path);
      const PathRule target{target_of(rule.path, shown.link), rule.kind};
      if (!is_covered(request_, target)) look_at(target);
    } else {
      if (is_covered(request_, rule)) return;
      shown.is_folder = S_ISDIR(status.st_mode);
      shown.is_hidden = hides;
    }
    found_.push_back({std::move(shown), rule.kind});
  }

  const Request& request_;
  int owner_map_;
  std::vector<Found> found_;
};

std::string inside(const std::string& path) {
  return "." + path;
}

// Builds what the view grows on, in the current folder. Most of a call's cost is its walk along the path, so nothing is made twice.
class Ground {
 public:
  void make_folders(const std::string& path) {
    for (std::size_t at = path.find('/', 2); at != std::string::npos; at = path.find('/', at + 1))
      make_folder(path.substr(0, at));
    if (!make_folder(path) && errno != EEXIST) setup_failed("view", path);
  }

  void make_folder_of(const std::string& path) {
    if (const std::size_t slash = path.rfind('/'); slash > 1) make_folders(path.substr(0, slash));
  }

  void make_file(const std::string& path) {
    make_folder_of(path);
    if (::mknod(path.c_str(), S_IFREG | 0644, 0) != 0 && errno != EEXIST) setup_failed("view", path);
  }

 private:
  bool make_folder(const std::string& path) {
    if (std::find(made_.begin(), made_.end(), path) != made_.end()) return true;
    const bool made = ::mkdir(path.c_str(), 0755) == 0;
    if (made) made_.push_back(path);
    return made;
  }

  std::vector<std::string> made_;
};

void write_text(const std::string& path, const std::string& text) {
  const int fd = ::open(path.c_str(), O_CREAT | O_WRONLY | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) return;  // the list shows one already
  if (::write(fd, text.data(), text.size()) < 0) setup_failed("view", path);
  ::close(fd);
}

void mount_tmpfs(const char* where, const std::string& options) {
  if (::mount("tmpfs", where, "tmpfs", MS_NOSUID | MS_NODEV, options.c_str()) != 0)
    setup_failed("tmpfs", where);
}

void make_read_only(const std::string& path) {
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_RDONLY;
  if (::syscall(SYS_mount_setattr, AT_FDCWD, path.c_str(), 0, &attributes, sizeof attributes) != 0)
    setup_failed("mount flags", path);
}

void cover(const Shown& hidden, const std::string& place) {
  if (hidden.is_folder) return mount_tmpfs(place.c_str(), "size=1m,nr_inodes=1k,mode=755");
  if (::mknod("./.empty", S_IFREG | 0444, 0) != 0 && errno != EEXIST) setup_failed("hide", hidden.path);
  if (::mount("./.empty", place.c_str(), nullptr, MS_BIND, nullptr) != 0) setup_failed("hide", hidden.path);
}

// The trees' descriptors stay open: whoever goes on closes all that it does not need with one call.
void attach(Ground& ground, const Shown& shown) {
  const std::string place = inside(shown.path);
  if (!shown.link.empty()) {
    ground.make_folder_of(place);
    if (::symlink(shown.link.c_str(), place.c_str()) != 0 && errno != EEXIST)
      setup_failed("view", shown.path);
    return;
  }
  if (shown.is_folder)
    ground.make_folders(place);
  else
    ground.make_file(place);
  if (shown.is_hidden) return cover(shown, place);
  if (::syscall(SYS_move_mount, shown.tree, "", AT_FDCWD, place.c_str(), MOVE_MOUNT_F_EMPTY_PATH) != 0)
    setup_failed("view", shown.path);
}

// The command's own, as a home should be.
std::string private_tmp_options(const Request& request) {
  constexpr std::uint64_t k_usual_bytes = 1u << 30, k_usual_inodes = 100'000;
  const auto [uid, gid] = shown_identity();
  return "mode=1777,uid=" + std::to_string(uid) + ",gid=" + std::to_string(gid) +
         ",size=" + std::to_string(request.disk_bytes != 0 ? request.disk_bytes : k_usual_bytes) +
         ",nr_inodes=" + std::to_string(request.disk_inodes != 0 ? request.disk_inodes : k_usual_inodes);
}

// What programs expect besides the listed paths: who they are, and the usual names in /dev.
void add_small_things(const Request& request, Ground& ground) {
  const auto [uid, gid] = shown_identity();
  for (const char* folder : {"./etc", "./dev", "./proc"}) ground.make_folders(folder);
  write_text("./etc/passwd", "leanlab:x:" + std::to_string(uid) + ":" + std::to_string(gid) +
                                 "::" + request.tmp + ":/bin/sh\n");
  write_text("./etc/group", "leanlab:x:" + std::to_string(gid) + ":\n");
  for (const auto& [name, target] :
       {std::pair{"./dev/fd", "/proc/self/fd"}, std::pair{"./dev/stdin", "/proc/self/fd/0"},
        std::pair{"./dev/stdout", "/proc/self/fd/1"}, std::pair{"./dev/stderr", "/proc/self/fd/2"}})
    static_cast<void>(!::symlink(target, name));
  const std::string shared = request.tmp + "/.shm";  // shared memory counts as temporary files
  static_cast<void>(!::symlink(shared.c_str(), "./dev/shm"));
  if (::mkdir(inside(shared).c_str(), 0700) != 0 || ::chown(inside(shared).c_str(), uid, gid) != 0)
    setup_failed("view", shared);
}

}  // namespace

std::vector<Shown> open_view(const Request& request, int owner_map) {
  std::vector<Shown> shown = Wanted(request, owner_map).open();
  for (const char* device : k_usual_devices) shown.push_back(open_device(device));
  for (const std::string& device : request.devices) shown.push_back(open_device(device));
  return shown;
}

void enter_view(const Request& request, const std::vector<Shown>& shown) {
  mount_tmpfs("/tmp", "size=1m,nr_inodes=10k,mode=755");
  if (::chdir("/tmp") != 0) setup_failed("view");
  Ground ground;
  ground.make_folders(inside(request.tmp));
  mount_tmpfs(inside(request.tmp).c_str(), private_tmp_options(request));
  add_small_things(request, ground);
  for (const Shown& thing : shown) attach(ground, thing);
  if (::mount("proc", "./proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0) setup_failed("proc");
  if (::syscall(SYS_pivot_root, ".", ".") != 0) setup_failed("pivot_root");
  if (::umount2(".", MNT_DETACH) != 0 || ::chdir("/") != 0) setup_failed("pivot_root");
  for (const Shown& thing : shown) {
    if (thing.is_hidden && thing.is_folder) make_read_only(thing.path);
  }
  make_read_only("/");
}

}  // namespace leanlab::helper
