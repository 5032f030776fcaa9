// What the record tells of a try, by whatever way it goes, and what must not stay behind one, in tiers A and B alike.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fs.h"
#include "sandbox_support.h"

namespace leanlab::sandbox {
namespace {

using testing::generous;
using testing::shell;
using testing::tries_in;

class Tries : public testing::InTier {};
INSTANTIATE_TEST_SUITE_P(Tiers, Tries, ::testing::Values(Tier::A, Tier::B),
                         [](const auto& tier) { return std::string(name(tier.param)); });

TEST_P(Tries, a_try_at_a_watched_file_is_told) {
  const std::string at = folder_.path().string();
  ASSERT_TRUE(make_directories(folder_.path() / "lab/own"));
  ASSERT_TRUE(make_directories(folder_.path() / "lab/__pycache__"));
  ASSERT_TRUE(write_file(folder_.path() / "lab/own/file", "mine"));
  ASSERT_TRUE(write_file(folder_.path() / "lab/answers", "secret"));
  ASSERT_TRUE(write_file(folder_.path() / "lab/__pycache__/a.pyc", "cache"));
  ASSERT_TRUE(make_directories(folder_.path() / "lab/own/__pycache__"));
  ASSERT_TRUE(write_file(folder_.path() / "lab/own/__pycache__/b.pyc", "cache"));
  Policy policy = generous();
  policy.paths = {{at + "/lab/own", Access::read}};
  policy.watch = {at + "/lab"};
  const Outcome outcome =
      sh(policy,
         "cat " + at + "/lab/answers; cd " + at +
             "/lab/own; cat ../answers; cat file; cat ../nothing;"
             "cat ../__pycache__/a.pyc; cat __pycache__/b.pyc; ls ..; echo x > ../answers; echo x > file; rm "
             "../answers");
  EXPECT_EQ(outcome.out.find("secret"), std::string::npos);
  EXPECT_EQ(read_file(folder_.path() / "lab/answers").value(), "secret");
  EXPECT_EQ(tries_in(outcome, "open " + at + "/lab/answers"), 2u);
  EXPECT_EQ(tries_in(outcome, "change " + at + "/lab/answers"), 2u);
  EXPECT_EQ(tries_in(outcome, "change " + at + "/lab/own/file"), 1u);
  EXPECT_EQ(tries_in(outcome, "open " + at + "/lab/__pycache__/a.pyc"), 1u)
      << "a cache tells what its source does";
  EXPECT_EQ(outcome.denied.size(), 4u)
      << "what is not there, folders on the way and one's own caches are nothing to tell";
}

TEST_P(Tries, a_try_by_another_way_is_told) {
  const std::string at = folder_.path().string();
  ASSERT_TRUE(make_directories(folder_.path() / "lab/data"));
  ASSERT_TRUE(write_file(folder_.path() / "lab/answers", "secret"));
  ASSERT_TRUE(write_file(folder_.path() / "lab/own", "mine"));
  Policy policy = generous();
  policy.role = Role::candidate;
  policy.paths = {{at + "/lab/own", Access::read}};
  policy.watch = {at + "/lab"};
  const Outcome outcome =
      sh(policy, "cd $TMPDIR; ln -s " + at + "/lab l; ln -s / r; ln -s r q; cat l/answers q" + at +
                     "/lab/answers /proc/self/root" + at + "/lab/answers; echo " + at +
                     "/lab/data/*; echo x > x; mv x " + at + "/lab/own; mkdir " + at + "/lab/new; ln -s x " +
                     at + "/lab/link; chmod 600 " + at + "/lab/own; touch " + at + "/lab/own; rm l");
  EXPECT_EQ(outcome.out.find("secret"), std::string::npos);
  EXPECT_EQ(tries_in(outcome, "open " + at + "/lab/answers"), 3u);
  EXPECT_EQ(tries_in(outcome, "open " + at + "/lab/data"), 1u);
  EXPECT_GE(tries_in(outcome, "change " + at + "/lab/own"), 3u);
  EXPECT_EQ(tries_in(outcome, "change " + at + "/lab/new"), 1u);
  EXPECT_EQ(tries_in(outcome, "change " + at + "/lab/link"), 1u);
  EXPECT_EQ(tries_in(outcome, "change " + at + "/lab"), 0u) << "a link of its own was removed";
}

TEST_P(Tries, what_an_experiment_would_leave_anywhere_is_told) {
  Policy policy = generous();
  policy.role = Role::candidate;
  policy.watch = {folder_.path().string()};
  const Outcome outcome =
      sh(policy,
         "echo x > /var/tmp/leanlab-test; mkdir /var/tmp/leanlab-test; mkdir -p /var/tmp; echo x > "
         "$TMPDIR/x; echo x > /dev/null;"
         "echo x > /dev/shm/x; echo x > /dev/stderr; python3 -c 'import this' > /dev/null");
  EXPECT_EQ(tries_in(outcome, "change /var/tmp/leanlab-test"), 2u);
  EXPECT_EQ(outcome.denied.size(), 1u);
}

TEST_P(Tries, tries_at_other_processes_are_told) {
  Policy policy = generous();
  policy.role = Role::candidate;
  policy.watch = {folder_.path().string()};
  const Outcome others = sh(policy, "kill -9 1; cat /proc/1/environ; true");
  EXPECT_EQ(tries_in(others, "kill"), 1u);
  EXPECT_EQ(tries_in(others, "open /proc/1/environ"), 1u);
  const Outcome own =
      sh(policy, "sleep 9 & kill $!; wait; kill -0 $$; cat /proc/$$/environ > /dev/null; true");
  EXPECT_EQ(tries_in(own, "kill"), 0u);
  policy.role = Role::agent;
  EXPECT_EQ(tries_in(sh(policy, "cat /proc/1/environ; true"), "open /proc/1/environ"), 0u);
}

TEST_P(Tries, shared_memory_that_nobody_maps_counts_all_the_same) {
  Policy policy = generous();
  policy.limits.memory_bytes = 256 << 20;
  Command command = shell("");
  const auto program = [](const char* after) {
    return std::string(
               "import mmap, sys\nkept = []\nfor n in range(12):\n  try: m = mmap.mmap(-1, 32 << 20)\n"
               "  except OSError: sys.exit(f'{n} fit')\n"
               "  for at in range(0, len(m), 4096): m[at] = 1\n") +
           after;
  };
  command.argv = {"/usr/bin/python3", "-c", program("  m.madvise(mmap.MADV_DONTNEED); kept.append(m)\n")};
  const Outcome greedy = run_here(policy, command);
  EXPECT_EQ(greedy.err, "8 fit\n");
  EXPECT_EQ(tries_in(greedy, "mmap (shared, beyond its memory)"), 1u);
  command.argv[2] = program("  m.close()\n");
  EXPECT_EQ(run_here(policy, command).err, "") << "what is given back can be had again";
}

TEST_P(Tries, leaves_no_flag_nor_hint_on_a_file_that_it_may_read) {
  ASSERT_TRUE(write_file(folder_.path() / "file", "read"));
  const std::string at = (folder_.path() / "file").string();
  Policy policy = generous();
  policy.paths = {{at, Access::read}};
  Command command = shell("");
  command.argv = {
      "/usr/bin/python3", "-c",
      "import fcntl, os, struct\nfd = os.open('" + at +
          "', os.O_RDONLY)\n"
          "for act in (lambda: fcntl.ioctl(fd, 0x40086602, struct.pack('l', 0x40)),\n"  // FS_IOC_SETFLAGS, nodump
          "            lambda: fcntl.fcntl(fd, 1036, struct.pack('Q', 3)),\n"           // F_SET_RW_HINT
          "            lambda: fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_RDLCK)):\n"
          "  try: act(); print('done')\n"
          "  except OSError: pass\n"};
  const Outcome outcome = run_here(policy, command);
  EXPECT_EQ(outcome.out, "") << outcome.err;
  EXPECT_EQ(tries_in(outcome, "ioctl"), 1u);
  EXPECT_EQ(tries_in(outcome, "fcntl"), 2u);
}

TEST_P(Tries, a_flood_of_tries_ends_nothing_else) {
  ASSERT_TRUE(write_file(folder_.path() / "answers", "secret"));
  const std::string at = (folder_.path() / "answers").string();
  Policy policy = generous();
  policy.watch = {folder_.path().string()};
  const Outcome outcome = run_here(policy, [&] {
    Command command = shell("");
    command.argv = {"/usr/bin/python3", "-c",
                    "import os\nfor n in range(11000):\n  try: os.open('" + at +
                        "', 0)\n  except OSError: pass\nprint(len(open('/etc/localtime', 'rb').read()) > 0)"};
    return command;
  }());
  EXPECT_EQ(outcome.out, "True\n");
  EXPECT_EQ(tries_in(outcome, "open " + at), 10'000u);
}

}  // namespace
}  // namespace leanlab::sandbox
