// The same work on many things, on several threads when there is much of it.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <system_error>
#include <thread>
#include <vector>

namespace leanlab {

/// Calls work(i) once for each i below `count`, in no order, and returns when all are done. `work` must not throw, and two
/// calls must not touch the same thing. Little work stays on the caller's thread.
template <class Work>
void in_parallel(std::size_t count, const Work& work) {
  constexpr std::size_t k_piece = 16, k_worth_threads = 64, k_most_threads = 4;
  std::atomic<std::size_t> next{0};
  const auto take_pieces = [&] {
    for (std::size_t from = next.fetch_add(k_piece); from < count; from = next.fetch_add(k_piece))
      for (std::size_t i = from; i < std::min(from + k_piece, count); ++i) work(i);
  };
  std::vector<std::jthread> helpers;
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  while (count >= k_worth_threads && helpers.size() + 1 < std::min(cores, k_most_threads)) {
    try {
      helpers.emplace_back(take_pieces);
    } catch (const std::system_error&) {
      break;  // no more threads here: those that there are do all of it
    }
  }
  take_pieces();
}

}  // namespace leanlab
