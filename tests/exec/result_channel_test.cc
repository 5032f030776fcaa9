// The result channel: what is believed, and after what nothing is.
#include "exec/result_channel.h"

#include <functional>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/json.h"

namespace leanlab::exec {
namespace {

/// Plays a judge: reads the nonce, writes what `say` makes of it, and closes.
JudgeWords heard(const std::string& contract, const std::function<std::string(const std::string&)>& say) {
  ResultChannel channel = ResultChannel::make("score").value();
  std::string prefix(16, '\0');
  EXPECT_EQ(::read(channel.theirs(), prefix.data(), 16), 16);
  std::string header(static_cast<unsigned char>(prefix[4]), '\0');
  EXPECT_EQ(::read(channel.theirs(), header.data(), header.size()), static_cast<ssize_t>(header.size()));
  const Json greeting = parse_json(header).value();
  EXPECT_EQ(greeting["version"], 1);
  EXPECT_EQ(greeting["objective"], "score");
  JudgeWords words;
  std::jthread listener([&] { words = channel.listen(contract); });
  EXPECT_TRUE(write_all(channel.theirs(), say(greeting["nonce"].get<std::string>())));
  channel.close_theirs();
  listener.join();
  return words;
}

std::string message(const std::string& nonce, const std::string& rest) {
  return frame("{\"nonce\":\"" + nonce + "\"," + rest + "}");
}
std::string hello(const std::string& nonce, const std::string& contract = "isolated") {
  return message(nonce, R"("hello":{"version":1,"contract":")" + contract + R"("})");
}
std::string result(const std::string& nonce) {
  return message(nonce, R"("result":{"a":1})");
}

TEST(ResultChannel, takes_hello_result_and_stats) {
  const JudgeWords words = heard("isolated", [](const std::string& nonce) {
    return hello(nonce) + message(nonce, R"("result":{"a":1.5,"b":"x"})") +
           message(nonce, R"("stats":{"requests":3})");
  });
  EXPECT_TRUE(words.greeted);
  EXPECT_EQ(words.result, R"({"a":1.5,"b":"x"})");
  EXPECT_EQ(words.stats, R"({"requests":3})");
  EXPECT_EQ(words.violation, "");
}

TEST(ResultChannel, tells_the_objective_and_takes_what_would_pass_for_it) {
  const JudgeWords words = heard("proxied", [](const std::string& nonce) {
    return hello(nonce, "proxied") + message(nonce, R"("echoes":["{\"score\": 9}", "", 3])");
  });
  EXPECT_EQ(words.echoes, std::unordered_set<std::string>{R"({"score": 9})"});
  EXPECT_EQ(words.violation, "");
  const JudgeWords malformed = heard("proxied", [](const std::string& nonce) {
    return hello(nonce, "proxied") + message(nonce, R"("echoes":"{")");
  });
  EXPECT_NE(malformed.violation, "");
}

TEST(ResultChannel, silence_is_no_greeting) {
  const JudgeWords words = heard("isolated", [](const std::string&) { return std::string(); });
  EXPECT_FALSE(words.greeted);
  EXPECT_EQ(words.violation, "");
}

TEST(ResultChannel, nothing_is_believed_without_the_nonce) {
  for (const char* text : {R"({"hello":{"version":1,"contract":"isolated"}})",
                           R"({"nonce":"0","hello":{"version":1,"contract":"isolated"}})",
                           R"({"nonce":null,"result":{"a":1}})", "[]", "1", "{", R"({"a":NaN})"}) {
    const JudgeWords words =
        heard("isolated", [&](const std::string& nonce) { return frame(text) + hello(nonce); });
    EXPECT_FALSE(words.greeted) << text;
    EXPECT_NE(words.violation, "") << text;
  }
}

TEST(ResultChannel, refuses_what_is_out_of_order) {
  const auto violation = [](const std::string& contract, const auto& say) {
    return heard(contract, say).violation;
  };
  EXPECT_NE(violation("isolated", result), "");
  EXPECT_EQ(heard("isolated", result).result, "");
  EXPECT_NE(violation("isolated", [](const std::string& n) { return hello(n) + result(n) + result(n); }), "");
  EXPECT_NE(violation("isolated", [](const std::string& n) { return hello(n) + hello(n); }), "");
  EXPECT_NE(violation("proxied", [](const std::string& n) { return hello(n); }), "");
  EXPECT_NE(violation("proxied", [](const std::string& n) { return hello(n, "proxied") + result(n); }), "");
}

TEST(ResultChannel, refuses_what_is_no_frame) {
  const std::string huge = std::string("LLJ1\xff\xff\xff\x7f", 8) + std::string(8, '\0');
  const std::string with_body("LLJ1\x02\0\0\0\x01\0\0\0\0\0\0\0{}x", 19);
  for (const std::string& bytes : {std::string("hello"), std::string(300'000, 'x'), huge, with_body,
                                   frame(std::string(70'000, ' ')), frame("{}").substr(0, 17)}) {
    const JudgeWords words =
        heard("isolated", [&](const std::string& nonce) { return hello(nonce) + bytes; });
    EXPECT_TRUE(words.greeted);
    EXPECT_NE(words.violation, "");
  }
}

}  // namespace
}  // namespace leanlab::exec
