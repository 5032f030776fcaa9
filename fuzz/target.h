// Target: how a fuzzer is declared. libFuzzer runs each in a program of its own; the test of the seeds (seeds.cc) links all of them
// and calls them by name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

/// FUZZ_TARGET(json) { ... } defines what is done with one `input`; an INVARIANT that does not hold is a finding.
#ifdef LEANLAB_FUZZ_SEEDS
#define FUZZ_TARGET(NAME) void fuzz_##NAME(std::string_view input)
#else
#define FUZZ_TARGET(NAME)                                                             \
  static void fuzz_##NAME(std::string_view input);                                    \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
    fuzz_##NAME(std::string_view(reinterpret_cast<const char*>(data), size));         \
    return 0;                                                                         \
  }                                                                                   \
  static void fuzz_##NAME(std::string_view input)
#endif
