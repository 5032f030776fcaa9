// leanlab-sandbox: contains one command, guards it, and reports how it ended. Started by leanlab only.
//
// What it guarantees, whatever the command does:
//   all tiers  When it has reported, or its supervisor has died, nothing that the command started is alive.
//              The command's limits hold; it has only the descriptors and the environment that it was given;
//              it cannot gain rights through set-user-id programs.
//   tier B     Besides: the command reaches only the listed files, no network, and no process but its own.
//   tier A     Besides: the command sees only the listed files, in a world of its own (mounts, processes, network).
//   never      A part of a tier that cannot be had is an error, not a weaker sandbox.
// In tier C the command runs as the user, so it can kill this guardian; the supervisor then sweeps up by a mark in
// the environment (`--sweep`) and says so.
//
// It is one thread, statically linked, and uses libc only: after fork it may do anything.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "hello.h"
#include "process_tree.h"
#include "run.h"
#include "serve.h"

int main(int argc, char** argv) {
  using namespace leanlab::helper;
  if (argc == 3 && std::strcmp(argv[1], "--sweep") == 0) {
    std::printf("%llu\n", static_cast<unsigned long long>(end_marked(argv[2])));
    return 0;
  }
  if (argc == 3 && std::strcmp(argv[1], "--hello") == 0) return say_hello(argv[2]);
  const bool serves = argc == 3 && std::strcmp(argv[1], "--serve") == 0;
  char* end = nullptr;
  const long control = argc == 2 || serves ? std::strtol(argv[argc - 1], &end, 10) : -1;
  if (control < 3 || control > 1023 || *end != '\0') {
    std::fprintf(
        stderr,
        "leanlab-sandbox is started by leanlab, which passes it a descriptor; see leanlab-sandbox(1)\n");
    return 2;
  }
  return serves ? serve(static_cast<int>(control)) : run(static_cast<int>(control), {});
}
