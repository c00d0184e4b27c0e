#include "resolver/base/top_list.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <random>
#include <string>
#include <thread>

#include "tests/support/allocation_count.h"

namespace tern::resolver {
namespace {

constexpr Time kStart{std::chrono::seconds(1000)};
constexpr size_t kPlaces = 32;

// As a keyed hash gives them.
uint64_t HashOf(uint64_t thing) { return (thing + 1) * 0x9e3779b97f4a7c15; }

class TopListTest : public testing::Test {
 protected:
  void Note(uint64_t thing, double weight = 1, Time now = kStart) {
    const std::string text = std::to_string(thing);
    list_.Note(HashOf(thing), {reinterpret_cast<const uint8_t*>(text.data()), text.size()}, weight,
               now);
  }
  TopList::Snapshot Top(Time now = kStart, size_t most = kPlaces) const {
    TopList::Snapshot snapshot = list_.Read(now);
    snapshot.KeepTop(most);
    return snapshot;
  }

  TopList list_{kPlaces, 32};
};

TEST_F(TopListTest, FewThingsAreCountedExactly) {
  EXPECT_TRUE(Top().entries.empty());
  for (int i = 0; i < 5; ++i) Note(7);
  Note(8, 3);
  const TopList::Snapshot top = Top();
  ASSERT_EQ(top.entries.size(), 2u);
  EXPECT_EQ(top.entries[0].content, "7");
  EXPECT_EQ(top.entries[0].count, 5);
  EXPECT_EQ(top.entries[0].error, 0);
  EXPECT_EQ(top.entries[1].count, 3);
  EXPECT_EQ(top.total, 8);
  EXPECT_EQ(Top(kStart, 1).entries.size(), 1u);
}

// The bounds of Space-Saving: a count is never too small, nor too large by more than its error, and
// no error is more than the part of all that one place has.
TEST_F(TopListTest, CountsAndErrorsKeepTheirBounds) {
  std::mt19937_64 random(1);
  std::map<std::string, double> truth;
  double total = 0;
  for (int i = 0; i < 50'000; ++i) {
    // A few often, many seldom.
    const uint64_t thing = uint64_t{1} << (random() % 20);
    const uint64_t of = thing + random() % thing;
    const auto weight = static_cast<double>(1 + random() % 3);
    Note(of, weight);
    truth[std::to_string(of)] += weight;
    total += weight;
  }
  const TopList::Snapshot all = list_.Read(kStart);
  EXPECT_EQ(all.entries.size(), kPlaces);
  EXPECT_EQ(all.total, total);
  std::map<std::string, double> listed;
  for (const TopList::Entry& entry : all.entries) {
    EXPECT_GE(entry.count, truth[entry.content]) << entry.content;
    EXPECT_LE(entry.count - entry.error, truth[entry.content]) << entry.content;
    EXPECT_LE(entry.error, total / kPlaces);
    listed[entry.content] = entry.count;
  }
  for (const auto& [thing, count] : truth) {
    if (count <= total / kPlaces) continue;
    EXPECT_TRUE(listed.contains(thing)) << thing;
  }
}

TEST_F(TopListTest, AFloodOfThingsThatComeOnceHidesNothingAndShowsNothing) {
  for (uint64_t i = 0; i < 20'000; ++i) {
    Note(1'000'000 + i);
    if (i % 10 == 0) Note(5);
  }
  const TopList::Snapshot top = Top();
  ASSERT_EQ(top.entries.size(), 1u);
  EXPECT_EQ(top.entries[0].content, "5");
  EXPECT_EQ(top.entries[0].count, 2000);
}

TEST_F(TopListTest, NotingTakesNoMemory) {
  Note(1);
  const size_t before = test::AllocationCount();
  for (uint64_t i = 0; i < 10'000; ++i) {
    const uint8_t content[4] = {static_cast<uint8_t>(i), static_cast<uint8_t>(i >> 8), 1, 1};
    list_.Note(HashOf(i), content, 1, kStart + std::chrono::milliseconds(i));
  }
  EXPECT_EQ(test::AllocationCount(), before);
}

TEST_F(TopListTest, CountsHalveWhetherSomethingComesOrNot) {
  Note(1, 1000);
  const Time later = kStart + TopList::kHalfLife;
  EXPECT_NEAR(Top(later).entries[0].count, 500, 15);
  EXPECT_NEAR(Top(later).total, 500, 15);
  Note(2, 1, later);
  EXPECT_NEAR(Top(later).entries[0].count, 500, 15);
  EXPECT_NEAR(Top(later + TopList::kHalfLife).entries[0].count, 250, 15);
  // What was once much gives way to what is little now.
  EXPECT_EQ(Top(later + 20 * TopList::kHalfLife).entries[0].content, "1");
  Note(2, 1, later + 20 * TopList::kHalfLife);
  EXPECT_EQ(Top(later + 20 * TopList::kHalfLife).entries[0].content, "2");
}

TEST_F(TopListTest, TheWindowMakesARateOfACount) {
  constexpr int kSeconds = 1200;
  for (int second = 0; second < kSeconds; ++second) {
    Note(1, 40, kStart + std::chrono::seconds(second));
  }
  const Time end = kStart + std::chrono::seconds(kSeconds);
  const double window = TopList::WindowSeconds(std::chrono::seconds(kSeconds));
  EXPECT_NEAR(Top(end).entries[0].count / window, 40, 2);
  EXPECT_NEAR(TopList::WindowSeconds(std::chrono::seconds(10)), 10, 0.5);
  EXPECT_EQ(TopList::WindowSeconds(std::chrono::seconds(0)), 1);
}

TEST_F(TopListTest, AClockThatStandsOrGoesBackDoesNoHarm) {
  Note(1, 8, kStart);
  Note(1, 8, kStart - std::chrono::hours(1));
  EXPECT_EQ(Top(kStart).entries[0].count, 16);
  EXPECT_EQ(Top(kStart - std::chrono::hours(1)).entries[0].count, 16);
}

TEST_F(TopListTest, TheContentOfAThingMayChange) {
  Note(1);
  const uint8_t other[] = {'x', 'y'};
  list_.Note(HashOf(1), other, 1, kStart);
  ASSERT_EQ(Top().entries.size(), 1u);
  EXPECT_EQ(Top().entries[0].content, "xy");
  EXPECT_EQ(Top().entries[0].count, 2);
}

TEST_F(TopListTest, WhatIsForgottenIsGone) {
  Note(1);
  list_.Clear();
  EXPECT_TRUE(list_.Read(kStart).entries.empty());
  EXPECT_EQ(list_.Read(kStart).total, 0);
  Note(1);
  EXPECT_EQ(Top().entries[0].count, 1);
}

TEST_F(TopListTest, ListsOfSeveralWorkersAreAdded) {
  Note(1, 4);
  Note(2, 3);
  TopList other(kPlaces, 32);
  const uint8_t two[] = {'2'};
  other.Note(HashOf(2), two, 5, kStart);
  TopList::Snapshot sum = list_.Read(kStart);
  sum.Add(other.Read(kStart));
  sum.KeepTop(kPlaces);
  ASSERT_EQ(sum.entries.size(), 2u);
  EXPECT_EQ(sum.entries[0].content, "2");
  EXPECT_EQ(sum.entries[0].count, 8);
  EXPECT_EQ(sum.total, 12);
}

// Each thing has one weight. So a count that belongs to another content shows.
TEST_F(TopListTest, ReadingBesideTheWriterGivesWholeEntries) {
  std::atomic<bool> is_over = false;
  std::thread writer([&] {
    std::mt19937_64 random(2);
    for (int64_t i = 0; !is_over; ++i) Note(random() % 400, 1, kStart + Duration(i * 1000));
  });
  size_t entries = 0;
  for (int i = 0; i < 1000 || entries < 1000; ++i) {
    for (const TopList::Entry& entry : list_.Read(kStart).entries) {
      ASSERT_EQ(HashOf(std::stoull(entry.content)) | 1, entry.hash);
      ASSERT_LE(entry.error, entry.count);
      ++entries;
    }
  }
  is_over = true;
  writer.join();
}

}  // namespace
}  // namespace tern::resolver
