// Slots: which cores and GPUs each of several evaluations at once may use. Handed out, and given back.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <vector>

#include "base/interrupt.h"
#include "base/result.h"

namespace leanlab::exec {

/// The cores that this process may run on, in order.
[[nodiscard]] std::vector<std::uint32_t> usable_cpus();
/// The GPUs that may be handed out: CUDA_VISIBLE_DEVICES if it is set to numbers, else the /dev/nvidiaN that exist.
[[nodiscard]] std::vector<std::uint32_t> usable_gpus();

/// What one evaluation got.
struct Slot {
  std::uint32_t index = 0;
  std::vector<std::uint32_t>
      cpus;  ///< empty: not pinned, since there are more slots than cores or only one slot
  std::uint32_t threads = 1;
  std::vector<std::uint32_t> gpus;
};

/// A fixed number of slots. Thread: any.
class Slots {
 public:
  Slots(std::uint32_t count, std::vector<std::uint32_t> cpus, std::vector<std::uint32_t> gpus);

  /// Waits for a slot with `gpus` GPUs. `cpus` wanted: 0 is the fair share. Errors: misconfigured (more
  /// than the machine has), interrupted.
  [[nodiscard]] Result<Slot> take(std::uint32_t cpus, std::uint32_t gpus, const Interrupt& interrupt);
  void give_back(const Slot& slot);

 private:
  [[nodiscard]] Slot assign(std::uint32_t index, std::uint32_t cpus, std::uint32_t gpus);

  const std::vector<std::uint32_t> cpus_;
  const std::size_t gpu_count_;
  std::mutex mutex_;
  std::condition_variable given_back_;
  std::vector<bool> taken_;
  std::vector<std::uint32_t> free_gpus_;
};

}  // namespace leanlab::exec
