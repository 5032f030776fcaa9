// One message a process: "step\0what\0errno\0", short enough that a pipe takes it whole.
#include "setup_error.h"

#include <cerrno>
#include <cstdlib>

#include <unistd.h>

namespace leanlab::helper {
namespace {
int g_setup_pipe = -1;
}  // namespace

void use_setup_pipe(int fd) {
  g_setup_pipe = fd;
}

void setup_failed(const char* step, const std::string& what) {
  const int number = errno;
  std::string text = step;
  text.push_back('\0');
  text += what.substr(0, 2000);
  text.push_back('\0');
  text += std::to_string(number);
  text.push_back('\0');
  static_cast<void>(!::write(g_setup_pipe, text.data(), text.size()));
  ::_exit(120);
}

bool parse_setup_error(const std::string& text, SetupError& error) {
  const std::size_t first = text.find('\0');
  if (first == std::string::npos) return false;
  const std::size_t second = text.find('\0', first + 1);
  if (second == std::string::npos) return false;
  error.step = text.substr(0, first);
  error.what = text.substr(first + 1, second - first - 1);
  error.number = std::atoi(text.c_str() + second + 1);
  return true;
}

}  // namespace leanlab::helper
