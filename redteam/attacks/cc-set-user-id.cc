// attack: cc-set-user-id
// class: the kernel
// tries: compiles a program that becomes root, mounts, and opens files by their handles, in C++
// must: contained
// lab: programs
// needs: g++
#include <cstdio>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int, char** words) {
  long n = 0;
  if (std::scanf("%ld", &n) != 1) return 1;
  chmod(words[0], 06755);
  const bool root = setuid(0) == 0 || seteuid(0) == 0;
  const bool space = unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0;
  mount("tmpfs", "/tmp", "tmpfs", 0, nullptr);
  const int fd = open("/proc/sys/kernel/core_pattern", O_WRONLY);
  if (fd >= 0 && write(fd, "|/tmp/leanlab-attack", 20) == 20) return 2;
  if (root || space) close(open("/var/tmp/leanlab-attack", O_CREAT | O_WRONLY, 0666));
  std::printf("%ld\n", n * (n + 1) / 2);
  return 0;
}
