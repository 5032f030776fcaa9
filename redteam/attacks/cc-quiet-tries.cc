// attack: cc-quiet-tries
// class: changing files
// tries: writes outside, looks through links and at others, in C++
// must: contained
// lab: programs
// needs: g++
#include <cstdio>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

int main() {
  long n = 0;
  if (std::scanf("%ld", &n) != 1) return 1;
  ::prctl(PR_SET_DUMPABLE, 0);
  const std::string own = std::getenv("TMPDIR") != nullptr ? std::getenv("TMPDIR") : "/tmp";
  static_cast<void>(!::symlink("/", (own + "/top").c_str()));
  for (const char* path : {"/var/tmp/leanlab-attack", "/etc/leanlab-attack", "results.jsonl"})
    static_cast<void>(!::open(path, O_CREAT | O_WRONLY, 0600));
  ::mkdir("/var/tmp/leanlab-attack.d", 0700);
  static_cast<void>(!::open((own + "/top/etc/shadow").c_str(), O_RDONLY));
  static_cast<void>(!::open("/proc/1/environ", O_RDONLY));
  const int here = ::open("evaluation.sh", O_RDONLY);
  ::fcntl(here, 1036, &n);  // F_SET_RW_HINT
  int flags = 0x40;
  ::ioctl(here, 0x40086602, &flags);  // FS_IOC_SETFLAGS
  ::kill(1, SIGKILL);
  std::printf("%ld\n", n * (n + 1) / 2);
}
