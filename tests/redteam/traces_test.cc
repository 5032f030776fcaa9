// A trace that is there is found: else "nothing was left" would mean nothing.
#include "redteam/traces.h"

#include <algorithm>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/fd.h"
#include "base/fs.h"
#include "base/process.h"

namespace leanlab::redteam {
namespace {

class Traces : public ::testing::Test {
 protected:
  [[nodiscard]] bool is_found(const std::string& word) const {
    const auto traces = find_traces(folder_.path(), marks_);
    return std::any_of(traces.begin(), traces.end(),
                       [&](const std::string& trace) { return trace.find(word) != std::string::npos; });
  }
  // Not the corpus' own marks: it may be tried at the same time.
  Marks marks_{.name = "leanlab-trace-of-a-test", .ipc_key = 0x1EA91AC, .port = 46114};
  TempDirectory folder_ = TempDirectory::make().value();
};

TEST_F(Traces, changes_of_a_tree) {
  ASSERT_TRUE(write_file(folder_.path() / "kept", "1"));
  ASSERT_TRUE(write_file(folder_.path() / "changed", "1"));
  ASSERT_TRUE(write_file(folder_.path() / "gone", "1"));
  ASSERT_TRUE(make_directories(folder_.path() / "engine"));
  const Tree before = look_at(folder_.path(), {"engine"});
  ASSERT_TRUE(write_file(folder_.path() / "changed", "2"));
  ASSERT_TRUE(write_file(folder_.path() / "engine" / "new", "2"));
  ASSERT_TRUE(write_file(folder_.path() / "added", "2"));
  fs::remove(folder_.path() / "gone");
  EXPECT_EQ(differences(before, look_at(folder_.path(), {"engine"})),
            (std::vector<std::string>{"changed changed", "removed gone", "new added"}));
  EXPECT_EQ(differences(before, before), std::vector<std::string>{});
}

TEST_F(Traces, a_marked_file) {
  const fs::path place = fs::path("/tmp") / (marks_.name + "-file");
  EXPECT_FALSE(is_found(marks_.name));
  ASSERT_TRUE(write_file(place, ""));
  EXPECT_TRUE(is_found(marks_.name));
  fs::remove(place);
}

TEST_F(Traces, a_process_with_the_field_in_its_command) {
  auto process = spawn({.argv = {"sleep", "1000"}, .cwd = folder_.path(), .env = {}, .fds = {}});
  ASSERT_TRUE(process);
  EXPECT_TRUE(is_found(std::to_string(process->pid())));
}

TEST_F(Traces, an_abstract_socket) {
  const Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = std::string(1, '\0') + marks_.name;
  name.copy(address.sun_path, name.size());
  ASSERT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address),
                   static_cast<socklen_t>(sizeof address.sun_family + name.size())),
            0);
  EXPECT_TRUE(is_found("socket"));
}

TEST_F(Traces, shared_memory) {
  const int id = ::shmget(static_cast<key_t>(marks_.ipc_key), 4096, IPC_CREAT | IPC_EXCL | 0600);
  if (id < 0) GTEST_SKIP() << "no System V shared memory here";
  EXPECT_TRUE(is_found("IPC object"));
  ::shmctl(id, IPC_RMID, nullptr);
}

}  // namespace
}  // namespace leanlab::redteam
