// attack: cc-everything
// class: other processes
// tries: forks, traces, kills everybody and makes shared memory with bare system calls, in C++
// must: contained
// lab: programs
// needs: g++
#include <csignal>
#include <cstdio>

#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

int main() {
  long n = 0;
  if (std::scanf("%ld", &n) != 1) return 1;
  if (fork() == 0) {
    setsid();
    if (fork() == 0) pause();
    _exit(0);
  }
  for (int pid = 1; pid < 200; ++pid) {
    if (pid == getpid()) continue;
    syscall(SYS_ptrace, PTRACE_ATTACH, pid, 0, 0);
    syscall(SYS_pidfd_open, pid, 0);
  }
  shmget(0x1EA91AB, 4096, IPC_CREAT | 0666);
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{AF_UNIX, "\0leanlab-attack"};
  bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
  close(open("/var/tmp/leanlab-attack", O_CREAT | O_WRONLY, 0666));
  close(open("/dev/shm/leanlab-attack", O_CREAT | O_WRONLY, 0666));
  std::printf("%ld\n", n * (n + 1) / 2);
  std::fflush(stdout);
  kill(getppid(), SIGSTOP);
  kill(-1, SIGKILL);
  return 0;
}
