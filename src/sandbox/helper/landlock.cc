// Direct system calls with structs of our own: Debian 12's header stops at ABI 2, kernels have 7 by now.
// A ruleset's size tells the kernel which fields we know, so each ABI gets the size that it knows.
#include "landlock.h"

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "setup_channel.h"

namespace leanlab::helper {
namespace {

struct RulesetAttributes {
  std::uint64_t files = 0;    // ABI 1
  std::uint64_t network = 0;  // ABI 4: TCP bind and connect
  std::uint64_t scoped = 0;   // ABI 6: abstract unix sockets, signals
};
struct [[gnu::packed]] PathBeneath {
  std::uint64_t access;
  std::int32_t parent;
};

enum : std::uint64_t {
  k_execute = 1 << 0,
  k_write_file = 1 << 1,
  k_read_file = 1 << 2,
  k_read_dir = 1 << 3,
  k_make_char = 1 << 6,
  k_make_block = 1 << 11,
  k_abi1 = (1 << 13) - 1,
  k_refer = 1 << 13,      // ABI 2: move between folders
  k_truncate = 1 << 14,   // ABI 3
  k_ioctl_dev = 1 << 15,  // ABI 5
};
constexpr std::uint64_t k_on_files = k_execute | k_write_file | k_read_file | k_truncate | k_ioctl_dev;
constexpr std::uint64_t k_reading = k_execute | k_read_file | k_read_dir;
constexpr unsigned k_version_query = 1, k_path_beneath = 1;

RulesetAttributes attributes_for(int abi, const Request& request) {
  RulesetAttributes attributes{k_abi1, 0, 0};
  if (abi >= 2) attributes.files |= k_refer;
  if (abi >= 3) attributes.files |= k_truncate;
  if (abi >= 4 && !request.network) attributes.network = 3;
  if (abi >= 5) attributes.files |= k_ioctl_dev;
  if (abi >= 6) attributes.scoped = 3;
  return attributes;
}

std::size_t attributes_size(int abi) {
  if (abi >= 6) return sizeof(RulesetAttributes);
  return abi >= 4 ? offsetof(RulesetAttributes, scoped) : offsetof(RulesetAttributes, network);
}

class Ruleset {
 public:
  Ruleset(const RulesetAttributes& attributes, int abi) : handled_(attributes.files) {
    fd_ = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, attributes_size(abi), 0));
    if (fd_ < 0) setup_failed("landlock");
  }

  void allow(const std::string& path, std::uint64_t access) const {
    const int fd = ::open(path.c_str(), O_PATH | O_CLOEXEC);
    if (fd < 0) setup_failed("landlock", path);
    struct stat status{};
    if (::fstat(fd, &status) != 0) setup_failed("landlock", path);
    access &= handled_;
    if (!S_ISDIR(status.st_mode)) access &= k_on_files;
    const PathBeneath rule{access, fd};
    if (::syscall(SYS_landlock_add_rule, fd_, k_path_beneath, &rule, 0) != 0) setup_failed("landlock", path);
    ::close(fd);
  }

  void restrict_self() const {
    if (::syscall(SYS_landlock_restrict_self, fd_, 0) != 0) setup_failed("landlock");
    ::close(fd_);
  }

 private:
  std::uint64_t handled_;
  int fd_ = -1;
};

constexpr std::uint64_t k_writing = ~std::uint64_t{k_make_char | k_make_block | k_ioctl_dev};

// Rules only add up: what is hidden must be left out of the list.
[[noreturn]] void cannot_hide(const std::string& path) {
  errno = EINVAL;
  setup_failed("hide", path);
}

}  // namespace

int landlock_abi() {
  const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, k_version_query);
  return abi > 0 ? static_cast<int>(abi) : 0;
}

void apply_landlock(const Request& request) {
  const int abi = landlock_abi();
  if (abi == 0) {
    if (request.tier == Tier::A) return;
    errno = ENOSYS;
    setup_failed("landlock");
  }
  const Ruleset ruleset(attributes_for(abi, request), abi);
  if (request.tier == Tier::A) {
    ruleset.allow("/", k_reading);
  } else {
    ruleset.allow("/proc/self", k_read_file | k_read_dir);
  }
  for (const PathRule& rule : request.paths) {
    if (rule.kind == PathRule::Kind::write)
      ruleset.allow(rule.path, k_writing);
    else if (rule.kind == PathRule::Kind::list && request.tier == Tier::B)
      ruleset.allow(rule.path, k_read_dir);
    else if (rule.kind == PathRule::Kind::hide && request.tier == Tier::B)
      cannot_hide(rule.path);
    else if (rule.kind == PathRule::Kind::read && request.tier == Tier::B)
      ruleset.allow(rule.path, k_reading);
  }
  ruleset.allow(request.tmp, k_writing);
  for (const char* device : {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"})
    ruleset.allow(device, k_read_file | k_write_file | k_truncate);
  for (const std::string& device : request.devices)
    ruleset.allow(device, k_read_file | k_write_file | k_truncate | k_ioctl_dev);
  ruleset.restrict_self();
}

}  // namespace leanlab::helper
