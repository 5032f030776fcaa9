// Detached mounts are opened first, while all paths can be seen; then a tmpfs covers /tmp, the view grows in it, and
// pivot_root makes it the root. A path's flags are set on the detached mount, before anybody can use it.
#include "view.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>

#include <fcntl.h>
#include <linux/mount.h>
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

enum class Writable { no, yes };
enum class Devices { no, yes };

int open_detached(const std::string& path) {
  return static_cast<int>(
      ::syscall(SYS_open_tree, AT_FDCWD, path.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE));
}

int set_attributes(int tree, const mount_attr& attributes) {
  return static_cast<int>(
      ::syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes, sizeof attributes));
}

void restrict_mount(int tree, const std::string& path, Writable writable, Devices devices) {
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_NOSUID;
  if (devices == Devices::no) attributes.attr_set |= MOUNT_ATTR_NODEV;
  if (writable == Writable::no) attributes.attr_set |= MOUNT_ATTR_RDONLY;
  attributes.propagation = MS_PRIVATE;  // what the machine mounts later does not appear
  if (set_attributes(tree, attributes) != 0) setup_failed("mount flags", path);
}

// Not every file system can show its files as another's (overlayfs cannot); then their mode bits decide what nobody may read,
// and what it may write has to be its own.
void show_as_owned(int tree, int owner_map, const PathRule& rule) {
  if (owner_map < 0) return;
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_IDMAP;
  attributes.userns_fd = static_cast<std::uint64_t>(owner_map);
  if (set_attributes(tree, attributes) != 0 && rule.kind == PathRule::Kind::write) give_to_nobody(rule.path);
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

Shown open_rule(const PathRule& rule, int owner_map) {
  Shown shown;
  shown.path = rule.path;
  struct stat status{};
  if (::lstat(rule.path.c_str(), &status) != 0) setup_failed("view", rule.path);
  if (S_ISLNK(status.st_mode)) {
    char target[PATH_MAX];
    const ssize_t size = ::readlink(rule.path.c_str(), target, sizeof target);
    if (size < 0) setup_failed("view", rule.path);
    shown.link.assign(target, static_cast<std::size_t>(size));
    return shown;
  }
  shown.is_folder = S_ISDIR(status.st_mode);
  if (rule.kind == PathRule::Kind::hide) {
    shown.is_hidden = true;
    return shown;
  }
  shown.tree = open_detached(rule.path);
  if (shown.tree < 0) setup_failed("view", rule.path);
  show_as_owned(shown.tree, owner_map, rule);
  restrict_mount(shown.tree, rule.path, rule.kind == PathRule::Kind::write ? Writable::yes : Writable::no,
                 Devices::no);
  return shown;
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

// A link is shown as a link, and what it leads to as a path of its own.
std::vector<PathRule> with_link_targets(const Request& request) {
  std::vector<PathRule> rules;
  for (const PathRule& rule : request.paths) {
    if (rule.kind == PathRule::Kind::list) continue;  // what is visible can be listed here
    struct stat status{};
    const bool exists = ::lstat(rule.path.c_str(), &status) == 0;
    if (rule.kind == PathRule::Kind::hide && (!exists || !is_below_another(request, rule)))
      continue;  // nothing to hide
    if (exists && S_ISLNK(status.st_mode)) {
      char resolved[PATH_MAX];
      if (::realpath(rule.path.c_str(), resolved) == nullptr) setup_failed("view", rule.path);
      const PathRule target{resolved, rule.kind};
      if (!is_covered(request, target)) rules.push_back(target);
      rules.push_back(rule);
    } else if (!is_covered(request, rule)) {
      rules.push_back(rule);
    }
  }
  std::sort(rules.begin(), rules.end(), [](const PathRule& a, const PathRule& b) { return a.path < b.path; });
  return rules;
}

std::string inside(const std::string& path) {
  return "." + path;
}

void make_folders(const std::string& path) {
  for (std::size_t at = path.find('/', 2); at != std::string::npos; at = path.find('/', at + 1))
    ::mkdir(path.substr(0, at).c_str(), 0755);
  if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) setup_failed("view", path);
}

void make_file(const std::string& path) {
  make_folders(path.substr(0, path.rfind('/')));
  const int fd = ::open(path.c_str(), O_CREAT | O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (fd < 0) setup_failed("view", path);
  ::close(fd);
}

void write_text(const std::string& path, const std::string& text) {
  make_folders(path.substr(0, path.rfind('/')));
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

void attach(const Shown& shown) {
  const std::string place = inside(shown.path);
  if (!shown.link.empty()) {
    make_folders(place.substr(0, place.rfind('/')));
    if (::symlink(shown.link.c_str(), place.c_str()) != 0 && errno != EEXIST)
      setup_failed("view", shown.path);
    return;
  }
  struct stat status{};
  if (::stat(place.c_str(), &status) != 0) {
    if (shown.is_folder)
      make_folders(place);
    else
      make_file(place);
  }
  if (shown.is_hidden) {
    if (shown.is_folder) return mount_tmpfs(place.c_str(), "size=1m,nr_inodes=1k,mode=755");
    if (::mount("./.empty", place.c_str(), nullptr, MS_BIND, nullptr) != 0) setup_failed("hide", shown.path);
    return;
  }
  if (::syscall(SYS_move_mount, shown.tree, "", AT_FDCWD, place.c_str(), MOVE_MOUNT_F_EMPTY_PATH) != 0)
    setup_failed("view", shown.path);
  ::close(shown.tree);
}

std::string private_tmp_options(const Request& request) {
  constexpr std::uint64_t k_usual_bytes = 1u << 30, k_usual_inodes = 100'000;
  return "mode=1777,size=" + std::to_string(request.disk_bytes != 0 ? request.disk_bytes : k_usual_bytes) +
         ",nr_inodes=" + std::to_string(request.disk_inodes != 0 ? request.disk_inodes : k_usual_inodes);
}

// What programs expect besides the listed paths: who they are, and the usual names in /dev.
void add_small_things(const Request& request) {
  const auto [uid, gid] = shown_identity();
  write_text("./etc/passwd", "leanlab:x:" + std::to_string(uid) + ":" + std::to_string(gid) +
                                 "::" + request.tmp + ":/bin/sh\n");
  write_text("./etc/group", "leanlab:x:" + std::to_string(gid) + ":\n");
  write_text("./.empty", "");
  ::mkdir("./dev", 0755);
  for (const auto& [name, target] :
       {std::pair{"./dev/fd", "/proc/self/fd"}, std::pair{"./dev/stdin", "/proc/self/fd/0"},
        std::pair{"./dev/stdout", "/proc/self/fd/1"}, std::pair{"./dev/stderr", "/proc/self/fd/2"}})
    static_cast<void>(!::symlink(target, name));
  const std::string shared = request.tmp + "/.shm";  // shared memory counts as temporary files
  static_cast<void>(!::symlink(shared.c_str(), "./dev/shm"));
  ::mkdir(inside(shared).c_str(), 0700);
  ::mkdir("./proc", 0755);
}

}  // namespace

std::vector<Shown> open_view(const Request& request, int owner_map) {
  std::vector<Shown> shown;
  for (const PathRule& rule : with_link_targets(request)) shown.push_back(open_rule(rule, owner_map));
  for (const char* device : k_usual_devices) shown.push_back(open_device(device));
  for (const std::string& device : request.devices) shown.push_back(open_device(device));
  return shown;
}

void enter_view(const Request& request, const std::vector<Shown>& shown) {
  // A mount namespace of another user namespace has no shared mounts, so nothing of this is seen outside.
  mount_tmpfs("/tmp", "size=1m,nr_inodes=10k,mode=755");
  if (::chdir("/tmp") != 0) setup_failed("view");
  make_folders(inside(request.tmp));
  mount_tmpfs(inside(request.tmp).c_str(), private_tmp_options(request));
  add_small_things(request);
  for (const Shown& thing : shown) attach(thing);
  if (::mount("proc", "./proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0) setup_failed("proc");
  if (::syscall(SYS_pivot_root, ".", ".") != 0) setup_failed("pivot_root");
  if (::umount2(".", MNT_DETACH) != 0 || ::chdir("/") != 0) setup_failed("pivot_root");
  for (const Shown& thing : shown) {
    if (thing.is_hidden && thing.is_folder) make_read_only(thing.path);
  }
  make_read_only("/");
}

}  // namespace leanlab::helper
