// In tier A the helper mounts a tmpfs; elsewhere it is a folder of the disk, which may be a tmpfs, too.
#include "sandbox/private_folder.h"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fs.h"

namespace leanlab::sandbox {
namespace {

bool others_may_pass(const std::filesystem::path& folder) {
  struct stat status{};
  for (std::filesystem::path at = folder;; at = at.parent_path()) {
    if (::stat(at.c_str(), &status) != 0 || (status.st_mode & S_IXOTH) == 0) return false;
    if (!at.has_relative_path()) return true;
  }
}

}  // namespace

// In tier B a command of root's becomes nobody, and compilers ask access(2), which knows no capabilities, whether their
// temporary folder can be reached.
std::filesystem::path temporary_parent(Tier tier) {
  std::filesystem::path usual = fs::temp_directory_path();
  if (tier != Tier::B || ::geteuid() != 0 || others_may_pass(usual)) return usual;
  for (const char* other : {"/tmp", "/var/tmp"}) {
    if (::access(other, W_OK | X_OK) == 0 && others_may_pass(other)) return other;
  }
  return usual;
}

std::uint64_t tmpfs_bytes(const Limits& limits, Tier tier, const std::string& tmp) {
  constexpr std::uint64_t k_unless_named = 1 << 30;  // as docs/formats/sandbox-policy.md says
  struct statfs disk{};
  if (tier != Tier::A && (::statfs(tmp.c_str(), &disk) != 0 || disk.f_type != TMPFS_MAGIC)) return 0;
  return limits.disk_bytes != 0 ? limits.disk_bytes : k_unless_named;
}

}  // namespace leanlab::sandbox
