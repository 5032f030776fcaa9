// setresuid(2), capset(2) and the id maps of user namespaces.
#include "identity.h"

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <string>

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "setup_channel.h"

namespace leanlab::helper {
namespace {

bool write_file(const std::string& path, const std::string& text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool written = ::write(fd, text.data(), text.size()) >= 0;
  const int number = errno;
  ::close(fd);
  errno = number;
  return written;
}

void set_capabilities(std::uint64_t permitted, std::uint64_t inheritable) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const auto low = [](std::uint64_t set) { return static_cast<std::uint32_t>(set); };
  const auto high = [](std::uint64_t set) { return static_cast<std::uint32_t>(set >> 32); };
  const __user_cap_data_struct data[2] = {{low(permitted), low(permitted), low(inheritable)},
                                          {high(permitted), high(permitted), high(inheritable)}};
  if (::syscall(SYS_capset, &header, data) != 0) setup_failed("capabilities");
}

std::uint64_t permitted_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  if (::syscall(SYS_capget, &header, data) != 0) return 0;
  return data[0].permitted | static_cast<std::uint64_t>(data[1].permitted) << 32;
}

bool may(unsigned capability) {
  return (permitted_capabilities() >> capability & 1) != 0;
}

bool find_out_whether_privileged() {
  if (::geteuid() != 0) return false;
  // In a user namespace that has only one user there is nobody else to become.
  std::FILE* map = std::fopen("/proc/self/uid_map", "re");
  if (map == nullptr) return false;
  unsigned inner = 0, outer = 0, count = 0;
  bool has_nobody = false;
  while (std::fscanf(map, "%u %u %u", &inner, &outer, &count) == 3)
    has_nobody = has_nobody || (k_nobody >= inner && k_nobody - inner < count);
  std::fclose(map);
  const std::uint64_t needed = std::uint64_t{1} << CAP_SETUID | std::uint64_t{1} << CAP_SETGID;
  return has_nobody && (permitted_capabilities() & needed) == needed;
}

}  // namespace

bool is_privileged() {
  static const bool privileged = find_out_whether_privileged();
  return privileged;
}

bool makes_view_as_root() {
  static const bool may_mount = may(CAP_SYS_ADMIN);
  return is_privileged() && may_mount;
}

bool map_identity(pid_t pid, unsigned inner_uid, unsigned outer_uid, unsigned inner_gid, unsigned outer_gid) {
  const std::string folder = "/proc/" + std::to_string(pid);
  const auto line = [](unsigned inner, unsigned outer) {
    return std::to_string(inner) + " " + std::to_string(outer) + " 1\n";
  };
  return write_file(folder + "/setgroups", "deny") &&
         write_file(folder + "/uid_map", line(inner_uid, outer_uid)) &&
         write_file(folder + "/gid_map", line(inner_gid, outer_gid));
}

ShownIdentity shown_identity() {
  const unsigned uid = ::geteuid(), gid = ::getegid();
  return {uid == 0 ? k_nobody : uid, gid == 0 ? k_nobody : gid};
}

void drop_capabilities() {
  set_capabilities(0, 0);
}

void become_nobody_in(int users) {
  if (::setgroups(0, nullptr) != 0 || ::setns(users, CLONE_NEWUSER) != 0 ||
      ::setresgid(k_nobody, k_nobody, k_nobody) != 0 || ::setresuid(k_nobody, k_nobody, k_nobody) != 0) {
    setup_failed("identity");
  }
}

void become_nobody(const Request& request) {
  if (::chown(request.tmp.c_str(), k_nobody, k_nobody) != 0) setup_failed("identity", request.tmp);
  bool writes = false;
  for (const PathRule& rule : request.paths) writes = writes || rule.kind == PathRule::Kind::write;
  std::uint64_t kept = std::uint64_t{1} << CAP_DAC_READ_SEARCH;
  // Docker's root has only the larger right; then it serves for both, and Landlock still says what is written.
  if (writes || !may(CAP_DAC_READ_SEARCH)) kept |= std::uint64_t{1} << CAP_DAC_OVERRIDE;
  kept &= permitted_capabilities();  // a container may have taken them away
  if (::setgroups(0, nullptr) != 0 || ::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0 ||
      ::setresgid(k_nobody, k_nobody, k_nobody) != 0 || ::setresuid(k_nobody, k_nobody, k_nobody) != 0) {
    setup_failed("identity");
  }
  set_capabilities(kept, kept);
  for (const unsigned capability : {CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE}) {
    if ((kept >> capability & 1) == 0) continue;
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) != 0) setup_failed("capabilities");
  }
}

void be_equal_to_nobody() {
  if (may(CAP_SYS_PTRACE)) return;
  constexpr auto k_same = static_cast<unsigned>(-1);
  // The real ids count for process_vm_readv(2), those of the file system for /proc. What the latter took away is taken back.
  if (::setresgid(k_nobody, k_same, k_same) != 0 || ::setresuid(k_nobody, k_same, k_same) != 0)
    setup_failed("identity");
  ::setfsgid(k_nobody);
  ::setfsuid(k_nobody);
  set_capabilities(permitted_capabilities(), 0);
}

}  // namespace leanlab::helper
