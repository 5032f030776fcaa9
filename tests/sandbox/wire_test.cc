// What is said to the helper and heard from it, as bytes.
#include "sandbox/wire.h"

#include <gtest/gtest.h>

namespace leanlab::sandbox {
namespace {

using namespace std::literals;

Command simple_command() {
  Command command;
  command.argv = {"tool", "with blank"};
  command.cwd = "/usr";
  command.env = {{"NAME", "value=x"}};
  return command;
}

bool has_field(const std::string& request, const std::string& field) {
  return request.find("\n" + field + '\0') != std::string::npos ||
         request.find('\0' + field + '\0') != std::string::npos;
}

TEST(EncodeRequest, names_everything_and_its_size) {
  Policy policy;
  policy.role = Role::candidate;
  policy.fork = false;
  policy.paths = {{"/data/", Access::read}, {"/out/./x", Access::write}};
  policy.watch = {"///"};
  policy.limits.wall = std::chrono::milliseconds(1500);
  const std::string request = encode_request(policy, simple_command(), Tier::A, "/tmp").value();
  const std::size_t header = request.find('\n') + 1;
  EXPECT_EQ(request.substr(0, header), "leanlab-sandbox 1 " + std::to_string(request.size() - header) + "\n");
  for (const char* field :
       {"tier=A", "role=candidate", "arg=tool", "arg=with blank", "env=NAME=value=x", "cwd=/usr",
        "read=/data", "write=/out/x", "watch=/", "fork=0", "network=0", "wall_ms=1500", "tmp=/tmp"})
    EXPECT_TRUE(has_field(request, field)) << field;
  EXPECT_EQ(request.find("memory_bytes"), std::string::npos);
  EXPECT_EQ(request.find("cgroup"), std::string::npos);
  EXPECT_TRUE(has_field(encode_request(policy, simple_command(), Tier::A, "/tmp", "/g/run-1").value(),
                        "cgroup=/g/run-1"));
}

TEST(EncodeRequest, refuses_what_cannot_be_said) {
  Policy policy;
  Command command = simple_command();
  command.argv.push_back("nul\0byte"s);
  EXPECT_EQ(encode_request(policy, command, Tier::C, "/tmp").error().code, ErrorCode::misconfigured);
  policy.paths = {{"relative", Access::read}};
  EXPECT_EQ(encode_request(policy, simple_command(), Tier::C, "/tmp").error().code, ErrorCode::misconfigured);
}

TEST(DecodeReport, reads_all_fields) {
  const auto report =
      "leanlab-sandbox "
      "1\nend=exited\0exit=3\0wall_us=20\0cpu_us=10\0rss_bytes=4096\0leftovers=2\0denied=socket "
      "(inet):4\0tier=A\0"s;
  const Outcome outcome = decode_report(report, simple_command(), Tier::A).value();
  EXPECT_EQ(outcome.end, End::exited);
  EXPECT_EQ(outcome.status.exit_status, 3);
  EXPECT_EQ(outcome.wall.count(), 20);
  EXPECT_EQ(outcome.killed_leftovers, 2u);
  ASSERT_EQ(outcome.denied.size(), 1u);
  EXPECT_EQ(outcome.denied[0].name, "socket (inet)");
  EXPECT_EQ(outcome.denied[0].count, 4u);
}

TEST(DecodeReport, a_command_that_never_started_is_an_error) {
  const auto report = "leanlab-sandbox 1\nerror=exec\0what=tool\0errno=2\0"s;
  const auto outcome = decode_report(report, simple_command(), Tier::C);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message, "cannot start tool: No such file or directory");
}

TEST(DecodeReport, what_is_malformed_is_no_success) {
  const auto decoded = [](const std::string& fields) {
    return decode_report("leanlab-sandbox 1\n" + fields, simple_command(), Tier::A);
  };
  ASSERT_TRUE(decoded("end=exited\0exit=0\0tier=A\0"s));
  for (const std::string& fields :
       {"end=exited\0"s, "end=exited\0exit=\0"s, "end=exited\0exit=x\0"s, "end=exited\0exit=4294967296\0"s,
        "end=exited\0exit=-1\0"s, "end=done\0exit=0\0"s,
        "end=exited\0exit=0\0wall_us=18446744073709551615\0"s, "end=signalled\0signal=999\0"s,
        "end=exited\0exit=0\0denied=socket\0"s, "end=exited\0exit=0\0tier=C\0"s}) {
    const auto outcome = decoded(fields);
    ASSERT_FALSE(outcome) << fields;
    EXPECT_EQ(outcome.error().code, ErrorCode::internal);
  }
}

TEST(DecodeReport, refuses_what_is_cut_or_of_another_version) {
  EXPECT_FALSE(decode_report("leanlab-sandbox 2\nend=exited\0"s, simple_command(), Tier::C));
  EXPECT_FALSE(decode_report("leanlab-sandbox 1\nend=exi"s, simple_command(), Tier::C));
  EXPECT_FALSE(decode_report("leanlab-sandbox 1\n"s, simple_command(), Tier::C));
}

}  // namespace
}  // namespace leanlab::sandbox
