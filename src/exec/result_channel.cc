// The engine reads frames that a judge wrote; it trusts the sealed evaluator, but not that the hook was loaded.
#include "exec/result_channel.h"

#include <cerrno>
#include <cstdint>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include "base/json.h"
#include "base/random.h"

namespace leanlab::exec {
namespace {

constexpr std::string_view k_magic = "LLJ1";
constexpr std::size_t k_prefix_bytes = 16;
constexpr std::size_t k_longest_header = 64 * 1024;  // a report has at most 16 KiB
constexpr int k_version = 1;
constexpr std::size_t k_most_notes = 32;

template <class Number>
void put(std::string& bytes, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i)
    bytes += static_cast<char>(static_cast<unsigned char>(number >> (8 * i)));
}

template <class Number>
Number take(const std::string& bytes, std::size_t at) {
  Number number = 0;
  for (std::size_t i = sizeof number; i-- > 0;)
    number = static_cast<Number>((number << 8) | static_cast<unsigned char>(bytes[at + i]));
  return number;
}

/// Exactly `size` bytes; fewer only at the end of the stream.
std::string read_bytes(int fd, std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t at = 0;
  while (at < size) {
    const ssize_t count = ::read(fd, bytes.data() + at, size - at);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    at += static_cast<std::size_t>(count);
  }
  bytes.resize(at);
  return bytes;
}

/// The next frame's header; empty text at the end, an error for what is no frame.
Result<std::string> next_header(int fd) {
  const auto broken = [](const char* what) { return fail(Error(ErrorCode::integrity, what)); };
  const std::string prefix = read_bytes(fd, k_prefix_bytes);
  if (prefix.empty()) return std::string();
  if (prefix.size() != k_prefix_bytes || !prefix.starts_with(k_magic))
    return broken("something that is no frame came on the result channel");
  const auto header = take<std::uint32_t>(prefix, 4);
  const auto body = take<std::uint64_t>(prefix, 8);
  if (header == 0 || header > k_longest_header || body != 0)
    return broken("a frame of a size that is not allowed came on the result channel");
  std::string text = read_bytes(fd, header);
  if (text.size() != header) return broken("the result channel ended in the middle of a frame");
  return text;
}

/// Puts one frame into `words`; the reason when it must not be believed.
std::string take_frame(const Json& message, const std::string& nonce, const std::string& contract,
                       JudgeWords& words) {
  if (!message.is_object() || message.value("nonce", Json()) != nonce)
    return "a message without the run's nonce came on the result channel";
  if (message.contains("hello")) {
    const Json& hello = message["hello"];
    if (words.greeted || !hello.is_object() || hello.value("version", Json()) != k_version ||
        hello.value("contract", Json()) != contract)
      return "the judge greeted for another contract or version, or twice";
    words.greeted = true;
    return {};
  }
  if (!words.greeted) return "the judge spoke before it greeted";
  if (message.contains("result")) {
    if (!words.result.empty() || !message["result"].is_object() || contract != "isolated")
      return "the judge reported twice, or something that is no report";
    words.result = to_line(message["result"]);
  } else if (message.contains("echoes")) {
    if (!message["echoes"].is_array()) return "the judge sent a malformed list";
    for (const Json& line : message["echoes"])
      if (line.is_string() && !line.get_ref<const std::string&>().empty())
        words.echoes.insert(line.get<std::string>());
  } else if (message.contains("note")) {
    if (!message["note"].is_string()) return "the judge sent a malformed note";
    if (words.notes.size() < k_most_notes) words.notes.push_back(message["note"]);
  } else if (message.contains("stats")) {
    words.stats = to_line(message["stats"]);
  }
  return {};
}

}  // namespace

std::string frame(const std::string& header) {
  std::string bytes(k_magic);
  put(bytes, static_cast<std::uint32_t>(header.size()));
  put(bytes, std::uint64_t{0});
  return bytes + header;
}

Result<ResultChannel> ResultChannel::make(const std::string& objective) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return fail(errno_error(errno, "cannot make the result channel"));
  ResultChannel channel;
  channel.ours_ = Fd(ends[0]);
  channel.theirs_ = Fd(ends[1]);
  channel.nonce_ = fmt::format("{:016x}{:016x}", entropy_seed(), entropy_seed());
  const Json greeting = {{"version", k_version}, {"nonce", channel.nonce_}, {"objective", objective}};
  TRY(write_all(channel.ours_.get(), frame(to_line(greeting))), "while greeting the judge");
  return channel;
}

JudgeWords ResultChannel::listen(const std::string& contract) const {
  JudgeWords words;
  while (words.violation.empty()) {
    const Result<std::string> header = next_header(ours_.get());
    if (header && header->empty()) return words;
    if (!header) {
      words.violation = header.error().message;
      break;
    }
    const Result<Json> message = parse_json(*header);
    words.violation = message ? take_frame(*message, nonce_, contract, words)
                              : "a message that is not JSON came on the result channel";
  }
  while (!read_bytes(ours_.get(), k_longest_header).empty()) {
    // Drained, so that the judge never waits for us; and forgotten.
  }
  return words;
}

}  // namespace leanlab::exec
