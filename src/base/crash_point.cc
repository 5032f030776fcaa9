// Kills this process at a named step, when a test asks for it.
#include "base/crash_point.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>

#include <unistd.h>

namespace leanlab {

namespace {
struct Armed {
  std::string name;
  int passage = 1;
};
// Null when LEANLAB_CRASH_AT is unset, so that a passage costs one load.
const Armed* armed() {
  static const Armed* const point = []() -> const Armed* {
    const char* text = std::getenv("LEANLAB_CRASH_AT");
    if (text == nullptr || *text == '\0') return nullptr;
    const std::string spec = text;
    const auto colon = spec.rfind(':');
    if (colon == std::string::npos) return new Armed{spec, 1};
    return new Armed{spec.substr(0, colon), std::atoi(spec.c_str() + colon + 1)};
  }();
  return point;
}
}  // namespace

bool crash_point_armed(const char* name) {
  const Armed* point = armed();
  return point != nullptr && point->name == name;
}

void crash_point(const char* name) {
  const Armed* point = armed();
  if (point == nullptr || point->name != name) return;
  static std::atomic<int> passages{0};
  if (++passages == point->passage) ::kill(::getpid(), SIGKILL);
}

}  // namespace leanlab
