#include "resolver/base/event_ring.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/allocation_count.h"

namespace tern::resolver {
namespace {

std::vector<uint8_t> Content(size_t octets, size_t seed) {
  std::vector<uint8_t> content(octets);
  for (size_t i = 0; i < octets; ++i) content[i] = static_cast<uint8_t>(seed + 7 * i);
  return content;
}

Event NumberedEvent(size_t number, const std::vector<uint8_t>& query,
                    const std::vector<uint8_t>& reply) {
  Event event;
  event.peer.port = static_cast<uint16_t>(number);
  event.query = query;
  event.reply = reply;
  event.error_text = std::span<const uint8_t>(query).first(query.size() / 2);
  return event;
}

class EventRingTest : public testing::Test {
 protected:
  bool Put(size_t number, size_t query_octets, size_t reply_octets) {
    const auto query = Content(query_octets, number);
    const auto reply = Content(reply_octets, number + 1);
    return ring_.Put(NumberedEvent(number, query, reply));
  }
  // The number of the event that is taken, or -1. Its octets must be what was put.
  int Take() {
    int number = -1;
    ring_.Take([&](const Event& event) {
      number = event.peer.port;
      const auto seed = static_cast<size_t>(number);
      EXPECT_TRUE(std::ranges::equal(event.query, Content(event.query.size(), seed)));
      EXPECT_TRUE(std::ranges::equal(event.reply, Content(event.reply.size(), seed + 1)));
      EXPECT_TRUE(event.zone.empty());
      EXPECT_TRUE(std::ranges::equal(event.error_text, Content(event.query.size() / 2, seed)));
    });
    return number;
  }

  EventBell bell_;
  EventRing ring_{&bell_, 4096};
};

TEST_F(EventRingTest, EventsComeOutAsTheyWentInAndInTheirOrder) {
  EXPECT_EQ(Take(), -1);
  EXPECT_TRUE(Put(1, 30, 100));
  EXPECT_TRUE(Put(2, 0, 0));
  EXPECT_TRUE(Put(3, 41, 0));
  EXPECT_EQ(Take(), 1);
  EXPECT_EQ(Take(), 2);
  EXPECT_TRUE(Put(4, 5, 6));
  EXPECT_EQ(Take(), 3);
  EXPECT_EQ(Take(), 4);
  EXPECT_EQ(Take(), -1);
  EXPECT_EQ(ring_.used(), 0u);
  EXPECT_EQ(ring_.put(), 4u);
}

TEST_F(EventRingTest, GoesRoundWithEventsOfAllSizes) {
  size_t next = 0;
  size_t taken = 0;
  for (size_t i = 0; i < 20'000; ++i) {
    while (!Put(next % 60'000, i * 13 % 200, i * 31 % 700)) {
      ASSERT_EQ(Take(), static_cast<int>(taken % 60'000));
      ++taken;
    }
    ++next;
  }
  while (taken < next) {
    ASSERT_EQ(Take(), static_cast<int>(taken % 60'000));
    ++taken;
  }
  EXPECT_EQ(Take(), -1);
}

TEST_F(EventRingTest, WhatFindsNoRoomIsDroppedAndCounted) {
  size_t fit = 0;
  while (Put(fit, 50, 150)) ++fit;
  EXPECT_GT(fit, 5u);
  EXPECT_EQ(ring_.dropped(), 1u);
  EXPECT_FALSE(Put(99, 50, 150));
  EXPECT_EQ(ring_.dropped(), 2u);
  EXPECT_LE(ring_.used(), ring_.octets());
  EXPECT_EQ(Take(), 0);
  EXPECT_TRUE(Put(100, 50, 150));
  for (size_t i = 1; i < fit; ++i) EXPECT_EQ(Take(), static_cast<int>(i));
  EXPECT_EQ(Take(), 100);
}

TEST_F(EventRingTest, AnEventThatIsLargerThanTheRingNeverFits) {
  EXPECT_FALSE(Put(1, 5000, 0));
  EXPECT_TRUE(Put(2, 5, 5));
  EXPECT_EQ(Take(), 2);
}

TEST_F(EventRingTest, PuttingTakesNoMemory) {
  const auto query = Content(40, 1);
  const auto reply = Content(90, 2);
  const Event event = NumberedEvent(1, query, reply);
  const size_t before = test::AllocationCount();
  for (int i = 0; i < 100; ++i) (void)ring_.Put(event);
  EXPECT_EQ(test::AllocationCount(), before);
}

TEST_F(EventRingTest, AHalfFullRingWakesTheWriter) {
  std::mutex lock;
  std::atomic<bool> waits = false;
  std::atomic<bool> woken = false;
  std::thread writer([&] {
    std::unique_lock guard(lock);
    waits = true;
    woken = bell_.wait_for(guard, std::chrono::seconds(20)) == std::cv_status::no_timeout;
  });
  // It holds the lock until it waits.
  while (!waits) std::this_thread::yield();
  { const std::lock_guard guard(lock); }
  for (int i = 0; i < 20; ++i) Put(1, 50, 150);
  writer.join();
  EXPECT_TRUE(woken);
}

TEST_F(EventRingTest, TwoThreadsNeitherLoseNorMixWhatFits) {
  constexpr size_t kEvents = 50'000;
  std::atomic<bool> ends = false;
  size_t put = 0;
  std::thread worker([&] {
    for (size_t i = 0; i < kEvents; ++i) put += Put(i % 60'000, i * 13 % 90, i * 31 % 300) ? 1 : 0;
    ends = true;
  });
  size_t taken = 0;
  int last = -1;
  for (;;) {
    const bool was_end = ends;
    const int number = Take();
    if (number < 0 && was_end) break;
    if (number < 0) continue;
    EXPECT_GT(number, last);
    last = number;
    ++taken;
  }
  worker.join();
  EXPECT_EQ(taken, put);
  EXPECT_EQ(put + ring_.dropped(), kEvents);
}

}  // namespace
}  // namespace tern::resolver
