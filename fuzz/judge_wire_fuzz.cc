// Fuzzes cpp/leanlab_judge.h: what a candidate answers (a judge reads it), and what a judge asks (a worker reads it).
// An input that does not begin as a frame is a header, then a NUL, then a body.
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>

#include <leanlab_judge.h>
#include <nlohmann/json.hpp>
#include <sys/mman.h>

#include "base/json_python.h"
#include "base/strings.h"
#include "target.h"

namespace leanlab {
namespace {

std::string as_frames(std::string_view input) {
  if (input.substr(0, 4) == "LLJ1") return std::string(input);
  const std::size_t size = std::min(input.find('\0'), input.size());
  const std::string_view body = input.substr(std::min(size + 1, input.size()));
  char prefix[16] = {'L', 'L', 'J', '1'};
  const auto header_bytes = static_cast<std::uint32_t>(size);
  const std::uint64_t body_bytes = body.size();
  std::memcpy(prefix + 4, &header_bytes, sizeof header_bytes);
  std::memcpy(prefix + 8, &body_bytes, sizeof body_bytes);
  return std::string(prefix, sizeof prefix).append(input.substr(0, size)).append(body);
}

/// A descriptor that gives these bytes.
int descriptor_of(std::string_view bytes) {
  const int fd = ::memfd_create("frames", MFD_CLOEXEC);
  INVARIANT(fd >= 0 && ::write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  INVARIANT(::lseek(fd, 0, SEEK_SET) == 0);
  return fd;
}

std::uint64_t bytes_of(const Array& array) {
  std::uint64_t bytes = static_cast<std::uint64_t>(array.dtype.back() - '0');
  for (const std::uint64_t extent : array.shape) bytes *= extent;
  return bytes;
}

template <class T>
bool has_only_finite(const Array& array) {
  for (std::size_t at = 0; at < array.bytes.size(); at += sizeof(T)) {
    T number;
    std::memcpy(&number, array.bytes.data() + at, sizeof number);
    if (!std::isfinite(number)) return false;
  }
  return true;
}

void check_value(const Value& value, Finite finite) {
  using Kind = Value::Kind;
  if (value.kind() == Kind::number && finite == Finite::required) INVARIANT(std::isfinite(value.number()));
  if (value.kind() == Kind::list)
    for (const Value& item : value.list()) check_value(item, finite);
  if (value.kind() != Kind::array) return;
  const Array& array = value.array();
  INVARIANT(bytes_of(array) == array.bytes.size());
  if (finite == Finite::any) return;
  INVARIANT(array.dtype != "<f4" || has_only_finite<float>(array));
  INVARIANT(array.dtype != "<f8" || has_only_finite<double>(array));
}

std::string header_of(const Writer& writer, const std::string& value) {
  return "{\"value\":" + value + ",\"arrays\":[" + writer.arrays() + "]}";
}

/// What is written of a value is read back as the same.
void write_again(const Value& value) {
  Writer writer;
  const std::string written = writer.value(value);
  Frame frame;
  {
    const int fd = descriptor_of("");
    Channel channel(fd, fd);
    channel.send(header_of(writer, written), writer.buffers());
    INVARIANT(::lseek(fd, 0, SEEK_SET) == 0);
    INVARIANT(channel.receive(frame));
  }
  Writer again;
  const Value same = Reader::decode(*frame.header.member("value"), frame, Finite::any);
  INVARIANT(again.value(same) == written && again.arrays() == writer.arrays());
  const auto were = writer.buffers(), are = again.buffers();
  INVARIANT(were.size() == are.size());
  for (std::size_t at = 0; at < were.size(); ++at) INVARIANT(were[at]->bytes == are[at]->bytes);
}

/// The first header is what others read, too. Bad UTF-8 passes: whoever takes a text repairs it.
void check_header(const std::string& frames, const Frame& frame) {
  std::uint32_t size = 0;
  std::memcpy(&size, frames.data() + 4, sizeof size);
  const auto header = parse_python_json(std::string_view(frames).substr(16, size));
  INVARIANT(header && header->is_object());
  const Value* value = frame.header.member("value");
  if (value == nullptr || header->size() != 1) return;  // a key that stands twice is read in different ways
  const Json& same = header->front();
  if (value->kind() == Value::Kind::text) INVARIANT(repair_utf8(value->text()) == same.get<std::string>());
  if (value->kind() == Value::Kind::integer) INVARIANT(same.is_number() && value->integer() == same);
  if (value->kind() == Value::Kind::number) INVARIANT(value->number() == same.get<double>());
  if (value->kind() == Value::Kind::list) INVARIANT(value->list().size() == same.size());
}

void receive_all(const std::string& frames, Finite finite) {
  Channel channel(descriptor_of(frames), -1);
  try {
    Frame frame;
    bool is_first = true;
    while (channel.receive(frame)) {
      if (is_first) check_header(frames, frame);
      is_first = false;
      INVARIANT(channel.read <= frames.size() && frame.body.size() <= frames.size());
      const Value* tree = frame.header.member("value");
      if (tree == nullptr) continue;
      const Value value = Reader::decode(*tree, frame, finite);
      check_value(value, finite);
      write_again(value);
    }
  } catch (const ProtocolError& error) {
    INVARIANT(std::strlen(error.what()) > 0);
  }
}

/// A worker that is asked this; whatever it answers is frames with an id.
void be_asked(const std::string& frames) {
  const int answers = descriptor_of("");
  const int kept = ::fcntl(answers, F_DUPFD_CLOEXEC, 3);
  const auto first = [](const std::vector<Value>& arguments) { return arguments.at(0); };
  static_cast<void>(serve({{"first", first}}, descriptor_of(frames), answers));
  INVARIANT(::lseek(kept, 0, SEEK_SET) == 0);
  Channel channel(kept, -1);
  Frame answer;
  while (channel.receive(answer)) {
    INVARIANT(answer.header.member("id") != nullptr);
    INVARIANT((answer.header.member("value") == nullptr) != (answer.header.member("error") == nullptr));
  }
}

}  // namespace
}  // namespace leanlab

FUZZ_TARGET(judge_wire) {
  using namespace leanlab;
  const std::string frames = as_frames(input);
  receive_all(frames, Finite::required);
  receive_all(frames, Finite::any);
  be_asked(frames);
}
