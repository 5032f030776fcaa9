// Gives a fuzzer its seeds, whole and cut short at every byte:
//   fuzz_seeds NAME FOLDER
#include <cstdio>
#include <string>
#include <string_view>

#include "base/fs.h"
#include "target.h"

#define TARGET(NAME) FUZZ_TARGET(NAME);
#include "targets.inc"
#undef TARGET

namespace {

using Target = void (*)(std::string_view input);

Target target_named(std::string_view name) {
#define TARGET(NAME) \
  if (name == #NAME) return fuzz_##NAME;
#include "targets.inc"
#undef TARGET
  return nullptr;
}

// A long seed is cut in steps, so that it costs no more than a short one.
constexpr std::size_t k_most_cuts = 500;

leanlab::Status run_seeds(Target target, const leanlab::fs::path& folder) {
  TRY_ASSIGN(const auto names, leanlab::list_directory(folder));
  if (names.empty()) return leanlab::fail(leanlab::ErrorCode::not_found, "{} holds no seed", folder.string());
  for (const std::string& name : names) {
    TRY_ASSIGN(const std::string seed, leanlab::read_file(folder / name));
    std::fprintf(stderr, "%s\n", name.c_str());  // whose INVARIANT it was, if one does not hold
    const std::size_t step = seed.size() / k_most_cuts + 1;
    for (std::size_t size = 0; size < seed.size(); size += step)
      target(std::string_view(seed).substr(0, size));
    target(seed);
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  const Target target = argc == 3 ? target_named(argv[1]) : nullptr;
  if (target == nullptr) {
    std::fputs("usage: fuzz_seeds NAME FOLDER\n", stderr);
    return 2;
  }
  const leanlab::Status done = run_seeds(target, argv[2]);
  if (!done) std::fprintf(stderr, "fuzz_seeds: %s\n", leanlab::one_line(done.error()).c_str());
  return done ? 0 : 1;
}
