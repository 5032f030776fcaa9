// Who gets which cores and GPUs, and who waits.
#include "exec/slots.h"

#include <set>
#include <thread>

#include <gtest/gtest.h>

namespace leanlab::exec {
namespace {

using Numbers = std::vector<std::uint32_t>;

TEST(Slots, share_the_cores_without_overlap) {
  const Interrupt interrupt;
  Slots slots(2, {0, 1, 2, 3, 8}, {});
  const Slot first = slots.take(0, 0, interrupt).value();
  const Slot second = slots.take(0, 0, interrupt).value();
  EXPECT_EQ(first.cpus, (Numbers{0, 1}));
  EXPECT_EQ(second.cpus, (Numbers{2, 3}));
  EXPECT_EQ(first.threads, 2u);
}

TEST(Slots, more_slots_than_cores_are_not_pinned) {
  const Interrupt interrupt;
  Slots slots(4, {0, 1}, {});
  const Slot slot = slots.take(0, 0, interrupt).value();
  EXPECT_TRUE(slot.cpus.empty());
  EXPECT_EQ(slot.threads, 1u);
}

TEST(Slots, a_single_slot_has_all_cores_unless_fewer_are_asked_for) {
  const Interrupt interrupt;
  Slots slots(1, {0, 1, 2}, {});
  const Slot all = slots.take(0, 0, interrupt).value();
  EXPECT_TRUE(all.cpus.empty());
  EXPECT_EQ(all.threads, 3u);
  slots.give_back(all);
  EXPECT_EQ(slots.take(2, 0, interrupt).value().cpus, (Numbers{0, 1}));
}

TEST(Slots, gpus_are_handed_out_once_and_come_back) {
  const Interrupt interrupt;
  Slots slots(2, {0, 1}, {4, 5});
  const Slot first = slots.take(0, 1, interrupt).value();
  const Slot second = slots.take(0, 1, interrupt).value();
  EXPECT_EQ(first.gpus, Numbers{4});
  EXPECT_EQ(second.gpus, Numbers{5});
  slots.give_back(first);
  EXPECT_EQ(slots.take(0, 1, interrupt).value().gpus, Numbers{4});
}

TEST(Slots, more_than_the_machine_has_is_an_error) {
  const Interrupt interrupt;
  Slots slots(1, {0, 1}, {});
  EXPECT_EQ(slots.take(0, 1, interrupt).error().code, ErrorCode::misconfigured);
  EXPECT_EQ(slots.take(3, 0, interrupt).error().code, ErrorCode::misconfigured);
}

TEST(Slots, waiting_ends_when_a_slot_comes_back_or_the_interrupt_is_raised) {
  Interrupt interrupt;
  Slots slots(1, {0}, {});
  const Slot held = slots.take(0, 0, interrupt).value();
  Result<Slot> waited = fail(ErrorCode::internal, "not taken");
  std::jthread waiter([&] { waited = slots.take(0, 0, interrupt); });
  slots.give_back(held);
  waiter.join();
  ASSERT_TRUE(waited);
  std::jthread interrupted([&] { interrupt.raise(); });
  EXPECT_EQ(slots.take(0, 0, interrupt).error().code, ErrorCode::interrupted);
}

}  // namespace
}  // namespace leanlab::exec
