// A mutex and a list: which slot is taken, which GPUs are free; a slot's cores follow from its index.
#include "exec/slots.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include <sched.h>

namespace leanlab::exec {

std::vector<std::uint32_t> usable_cpus() {
  constexpr int k_most_cpus = 4096;
  std::vector<std::uint32_t> cpus;
  cpu_set_t* set = CPU_ALLOC(k_most_cpus);
  const std::size_t size = CPU_ALLOC_SIZE(k_most_cpus);
  if (::sched_getaffinity(0, size, set) == 0) {
    for (std::uint32_t cpu = 0; cpu < k_most_cpus; ++cpu) {
      if (CPU_ISSET_S(cpu, size, set)) cpus.push_back(cpu);
    }
  }
  CPU_FREE(set);
  if (cpus.empty()) cpus.push_back(0);
  return cpus;
}

namespace {

bool parse_number(std::string_view text, std::uint32_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

std::vector<std::uint32_t> listed_numbers(std::string_view text) {
  std::vector<std::uint32_t> numbers;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::uint32_t value = 0;
    if (!parse_number(text.substr(0, comma), value)) return {};  // UUIDs: not ours to hand out
    numbers.push_back(value);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return numbers;
}

}  // namespace

std::vector<std::uint32_t> usable_gpus() {
  if (const char* visible = std::getenv("CUDA_VISIBLE_DEVICES")) return listed_numbers(visible);
  constexpr std::string_view k_prefix = "nvidia";
  std::vector<std::uint32_t> gpus;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/dev", error)) {
    const std::string name = entry.path().filename().string();
    std::uint32_t value = 0;
    if (name.starts_with(k_prefix) && parse_number(std::string_view(name).substr(k_prefix.size()), value))
      gpus.push_back(value);
  }
  std::sort(gpus.begin(), gpus.end());
  return gpus;
}

Slots::Slots(std::uint32_t count, std::vector<std::uint32_t> cpus, std::vector<std::uint32_t> gpus)
    : cpus_(std::move(cpus)),
      gpu_count_(gpus.size()),
      taken_(std::max<std::uint32_t>(count, 1), false),
      free_gpus_(std::move(gpus)) {}

Result<Slot> Slots::take(std::uint32_t cpus, std::uint32_t gpus, const Interrupt& interrupt) {
  if (gpus > gpu_count_) {
    return fail(
        Error(ErrorCode::misconfigured,
              fmt::format("an evaluation asks for {} GPUs, but {} can be handed out here", gpus, gpu_count_))
            .then("lower resources.gpus in lab.json, or see leanlab doctor"));
  }
  if (cpus > cpus_.size()) {
    return fail(Error(ErrorCode::misconfigured,
                      fmt::format("an evaluation asks for {} cores, but there are {}", cpus, cpus_.size()))
                    .then("lower resources.cpus in lab.json"));
  }
  std::unique_lock lock(mutex_);
  while (true) {
    TRY(interrupt.check());
    const auto free_slot = std::find(taken_.begin(), taken_.end(), false);
    if (free_slot != taken_.end() && free_gpus_.size() >= gpus) {
      *free_slot = true;
      return assign(static_cast<std::uint32_t>(free_slot - taken_.begin()), cpus, gpus);
    }
    // An interrupt cannot notify the condition (it may come from a signal handler), so it is looked for now and then.
    given_back_.wait_for(lock, std::chrono::milliseconds(50));
  }
}

Slot Slots::assign(std::uint32_t index, std::uint32_t cpus, std::uint32_t gpus) {
  Slot slot;
  slot.index = index;
  const std::size_t share = cpus_.size() / taken_.size();
  const std::size_t wanted = cpus != 0 ? cpus : share;
  slot.threads = static_cast<std::uint32_t>(std::max<std::size_t>(wanted, 1));
  // Pinned only when each slot's cores are its own; otherwise the kernel's scheduler does better.
  if (taken_.size() > 1 && wanted >= 1 && wanted <= share) {
    const auto first = cpus_.begin() + static_cast<std::ptrdiff_t>(index * share);
    slot.cpus.assign(first, first + static_cast<std::ptrdiff_t>(wanted));
  } else if (taken_.size() == 1 && wanted < cpus_.size()) {
    slot.cpus.assign(cpus_.begin(), cpus_.begin() + static_cast<std::ptrdiff_t>(wanted));
  }
  slot.gpus.assign(free_gpus_.begin(), free_gpus_.begin() + gpus);
  free_gpus_.erase(free_gpus_.begin(), free_gpus_.begin() + gpus);
  return slot;
}

void Slots::give_back(const Slot& slot) {
  {
    const std::lock_guard lock(mutex_);
    taken_[slot.index] = false;
    free_gpus_.insert(free_gpus_.end(), slot.gpus.begin(), slot.gpus.end());
    std::sort(free_gpus_.begin(), free_gpus_.end());
  }
  given_back_.notify_all();
}

}  // namespace leanlab::exec
