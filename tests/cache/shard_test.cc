#include "cache/shard.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <array>
#include <atomic>
#include <fstream>
#include <new>
#include <string>
#include <string_view>

#include "tests/cache/entry_making.h"
#include "wire/check.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TERN_TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define TERN_TEST_SANITIZED 1
#endif
#endif

namespace tern::cache {
namespace {

constexpr Instant kShardNow(1000);
constexpr size_t kBudget = size_t{2} << 20;

// While an object of this class lives, the process gets no new mappings.
class NoMoreMemory {
 public:
  NoMoreMemory() {
    getrlimit(RLIMIT_AS, &before_);
    size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    rlimit now = before_;
    now.rlim_cur = pages * 4096;
    setrlimit(RLIMIT_AS, &now);
  }
  ~NoMoreMemory() { setrlimit(RLIMIT_AS, &before_); }

 private:
  rlimit before_{};
};

// One shard with the whole budget. Its counts are checked after each eviction.
class ShardTest : public testing::Test {
 protected:
  ShardTest() : reader_(*readers_.Enter()) { debug_checks.store(true); }
  ~ShardTest() override { debug_checks.store(kDebugBuild); }

  void Start() { shard_.Start({&arena_, &readers_, &octets_, &max_stale_}, kBudget); }

  // The tags of different numbers share a bucket only by chance.
  static uint32_t TagOf(uint32_t number) { return number * 0x9e3779b1; }
  static EntryKey KeyOf(const wire::Name& name, uint32_t tag) {
    return {name, KeySpace::kData, wire::RRType::kA, tag};
  }
  static wire::Name NameOf(uint32_t number) {
    return MakeName("n" + std::to_string(number) + ".test");
  }

  PutOutcome Put(uint32_t number, std::string_view rdata = "abcd",
                 RRsetSpec spec = {.now = kShardNow}, Reuse reuse = Reuse::kExpected) {
    const wire::Name name = NameOf(number);
    const OwnedEntry entry = MakeRRset(name, rdata, spec);
    const PutOutcome outcome =
        shard_.Put(KeyOf(name, TagOf(number)), entry.bytes(), spec.now, reuse);
    readers_.Quiescent(reader_);
    return outcome;
  }
  EntryView Find(uint32_t number) {
    const wire::Name name = NameOf(number);
    return shard_.Find(KeyOf(name, TagOf(number)));
  }
  StoreStatistics Statistics() const {
    StoreStatistics statistics;
    shard_.AddTo(&statistics);
    return statistics;
  }

  SegmentArena arena_{kBudget};
  ReaderEpochs readers_;
  size_t reader_;
  std::atomic<size_t> octets_{0};
  std::atomic<uint32_t> max_stale_{86400};
  Shard shard_;
};

TEST_F(ShardTest, EntriesThatAreHardlyUsedAgainTakeNoRoomFromOthers) {
  constexpr uint32_t kOthers = 100, kUsed = kOthers, kEnd = 100'000;
  Start();
  const auto put = [&](uint32_t number, Reuse reuse) {
    ASSERT_EQ(Put(number, "abcd", {.now = kShardNow}, reuse), PutOutcome::kStored);
  };
  for (uint32_t i = 0; i < kOthers; ++i) put(i, Reuse::kExpected);
  put(kUsed, Reuse::kUnlikely);
  EXPECT_TRUE(Find(kUsed));
  for (uint32_t i = kUsed + 1; i < kEnd; ++i) put(i, Reuse::kUnlikely);
  for (uint32_t i = 0; i < kOthers; ++i) EXPECT_TRUE(Find(i)) << i;
  // One that is used again stays all the same.
  EXPECT_TRUE(Find(kUsed));
  EXPECT_TRUE(Find(kEnd - 1));
  EXPECT_FALSE(Find(kUsed + 1));
  EXPECT_LE(octets_.load(), kBudget);
}

// The keys of one name share two buckets. A larger index would not give them more slots.
TEST_F(ShardTest, ManyTypesOfOneNameDoNotGrowTheIndex) {
  Start();
  const size_t empty = octets_.load();
  size_t added = 0;
  for (uint32_t name = 0; name < 20; ++name) {
    for (uint32_t type = 0; type < 60; ++type) {
      const wire::Name owner = NameOf(name);
      const EntryKey key = {owner, KeySpace::kData, static_cast<wire::RRType>(1000 + type),
                            (TagOf(name) & ~IndexTable::kKeyBits) | type};
      const OwnedEntry entry = MakeRRset(owner, "abcd", {.type = key.type, .now = kShardNow});
      ASSERT_EQ(shard_.Put(key, entry.bytes(), kShardNow), PutOutcome::kStored);
      added += entry.bytes().size();
      readers_.Quiescent(reader_);
    }
  }
  // What is not in the log is in the index: at most two slots, of 8 octets, for each entry.
  const StoreStatistics statistics = Statistics();
  EXPECT_LE(octets_.load() - empty, added + kSegmentOctets + 16 * statistics.entries);
  EXPECT_LE(statistics.entries, 20u * 16);
  // The names are still there, with their newest types.
  for (uint32_t name = 0; name < 20; ++name) {
    const wire::Name owner = NameOf(name);
    EXPECT_TRUE(shard_.Find({owner, KeySpace::kData, static_cast<wire::RRType>(1059),
                             (TagOf(name) & ~IndexTable::kKeyBits) | 59}));
  }
}

TEST_F(ShardTest, FindsWhatWasPutByItsWholeKey) {
  Start();
  ASSERT_EQ(Put(1), PutOutcome::kStored);
  const wire::Name name = NameOf(1);
  EXPECT_EQ(FirstRecord(Find(1)), "abcd");
  EXPECT_FALSE(shard_.Find({name, KeySpace::kData, wire::RRType::kAAAA, TagOf(1)}));
  EXPECT_FALSE(shard_.Find({name, KeySpace::kFailure, wire::RRType::kA, TagOf(1)}));
  EXPECT_FALSE(shard_.Find(KeyOf(name, TagOf(2))));
}

TEST_F(ShardTest, KeysOfOneTagAreToldApart) {
  Start();
  for (uint32_t i = 0; i < 10; ++i) {
    const wire::Name name = NameOf(i);
    const OwnedEntry entry = MakeRRset(name, std::to_string(i), {.now = kShardNow});
    ASSERT_EQ(shard_.Put(KeyOf(name, 77), entry.bytes(), kShardNow), PutOutcome::kStored);
  }
  for (uint32_t i = 0; i < 10; ++i) {
    EXPECT_EQ(FirstRecord(shard_.Find(KeyOf(NameOf(i), 77))), std::to_string(i));
  }
  EXPECT_TRUE(shard_.Erase(KeyOf(NameOf(3), 77)));
  EXPECT_FALSE(shard_.Erase(KeyOf(NameOf(3), 77)));
  EXPECT_FALSE(shard_.Find(KeyOf(NameOf(3), 77)));
  EXPECT_TRUE(shard_.Find(KeyOf(NameOf(4), 77)));
  EXPECT_EQ(Statistics().entries, 9u);
}

// A tag has sixteen slots in all.
TEST_F(ShardTest, FullBucketsGiveUpTheEntryThatIsWorthLeast) {
  Start();
  const auto put = [&](uint32_t number, Instant expires_after) {
    const wire::Name name = NameOf(number);
    const OwnedEntry entry = MakeRRset(name, "abcd", {.ttl = 60, .now = expires_after});
    return shard_.Put(KeyOf(name, 77), entry.bytes(), kShardNow);
  };
  for (uint32_t i = 0; i < 16; ++i) {
    ASSERT_EQ(put(i, i == 5 ? kShardNow - 100 : kShardNow), PutOutcome::kStored);  // 5 is expired
  }
  EXPECT_EQ(put(16, kShardNow), PutOutcome::kStored);
  EXPECT_EQ(Statistics().entries, 16u);
  EXPECT_EQ(Statistics().Left(Leaving::kIndex), 1u);
  EXPECT_FALSE(shard_.Find(KeyOf(NameOf(5), 77)));
  EXPECT_TRUE(shard_.Find(KeyOf(NameOf(16), 77)));
}

TEST_F(ShardTest, StaysWithinItsBudgetAndItsCountsAgree) {
  Start();
  for (uint32_t i = 0; i < 100'000; ++i) {
    ASSERT_EQ(Put(i), PutOutcome::kStored) << i;
    if (i % 3 == 0) Find(i / 2);
    ASSERT_LE(octets_.load(), kBudget);
  }
  const StoreStatistics statistics = Statistics();
  EXPECT_EQ(statistics.insertions, 100'000u);
  EXPECT_EQ(statistics.entries + statistics.evictions(), 100'000u);
  EXPECT_EQ(statistics.Left(Leaving::kExpired), 0u);
  EXPECT_GT(statistics.Left(Leaving::kRoom), 50'000u);
  uint64_t found = 0;
  uint64_t octets = 0;
  shard_.ForEach([&](EntryView entry) {
    found += IsSoundEntry({entry.bytes(), entry.size()});
    octets += entry.size();
  });
  EXPECT_EQ(found, statistics.entries);
  const StoreStatistics::OfKind& rrsets =
      statistics.of_kind[static_cast<size_t>(EntryKind::kRRset)];
  EXPECT_EQ(rrsets.entries, found);
  EXPECT_EQ(rrsets.octets, octets);
}

TEST_F(ShardTest, WhatHasExpiredLeavesForThatReason) {
  Start();
  for (uint32_t i = 0; i < 50'000; ++i) {
    // Of each two, one expired long ago.
    const Instant now = i % 2 == 0 ? kShardNow : kShardNow - 900;
    const wire::Name name = NameOf(i);
    const OwnedEntry entry = MakeRRset(name, "abcd", {.ttl = 60, .now = now});
    ASSERT_EQ(shard_.Put(KeyOf(name, TagOf(i)), entry.bytes(), kShardNow), PutOutcome::kStored);
    readers_.Quiescent(reader_);
  }
  const StoreStatistics statistics = Statistics();
  EXPECT_GT(statistics.Left(Leaving::kExpired), 5000u);
  EXPECT_GT(statistics.Left(Leaving::kRoom), 5000u);
}

TEST_F(ShardTest, CountsOfKindsFollowWhatReplacesAndWhatIsErased) {
  Start();
  const auto of_rrsets = [&] {
    return Statistics().of_kind[static_cast<size_t>(EntryKind::kRRset)];
  };
  ASSERT_EQ(Put(1, "abcd"), PutOutcome::kStored);
  const uint64_t one = of_rrsets().octets;
  EXPECT_EQ(one, Find(1).size());
  ASSERT_EQ(Put(1, std::string(400, 'x')), PutOutcome::kStored);
  EXPECT_EQ(of_rrsets().entries, 1u);
  EXPECT_EQ(of_rrsets().octets, Find(1).size());
  EXPECT_GT(of_rrsets().octets, one);
  EXPECT_EQ(Statistics().Left(Leaving::kReplaced), 1u);
  EXPECT_EQ(Statistics().insertions, 1u);
  const wire::Name name = NameOf(1);
  EXPECT_TRUE(shard_.Erase(KeyOf(name, TagOf(1))));
  EXPECT_EQ(of_rrsets().entries, 0u);
  EXPECT_EQ(of_rrsets().octets, 0u);
  EXPECT_EQ(Statistics().Left(Leaving::kErased), 1u);
  EXPECT_EQ(Statistics().evictions(), 0u);
}

TEST_F(ShardTest, EraseIfTakesOutWhatMatches) {
  Start();
  for (uint32_t i = 0; i < 100; ++i) ASSERT_EQ(Put(i), PutOutcome::kStored);
  shard_.EraseIf([](EntryView entry) { return entry.name().FirstLabel().ends_with('7'); });
  EXPECT_EQ(Statistics().entries, 90u);
  EXPECT_EQ(Statistics().Left(Leaving::kErased), 10u);
  EXPECT_EQ(Statistics().of_kind[static_cast<size_t>(EntryKind::kRRset)].entries, 90u);
  EXPECT_FALSE(Find(17));
  EXPECT_TRUE(Find(18));
}

#ifndef TERN_TEST_SANITIZED

TEST_F(ShardTest, StartWithoutMemoryForTheIndexIsBadAlloc) {
  bool thrown = false;
  {
    const NoMoreMemory none;
    try {
      Start();
    } catch (const std::bad_alloc&) {
      thrown = true;
    }
  }
  EXPECT_TRUE(thrown);
  EXPECT_EQ(octets_.load(), 0u);
}

// The index cannot grow, and there are no ghosts. An entry that finds no slot takes another one's.
TEST_F(ShardTest, WithoutMemoryForALargerIndexEntriesMakeWay) {
  Start();
  uint64_t stored = 0;
  {
    const NoMoreMemory none;
    for (uint32_t i = 0; i < 5000; ++i) stored += Put(i) == PutOutcome::kStored ? 1 : 0;
  }
  EXPECT_EQ(stored, 5000u);
  EXPECT_TRUE(Find(4999));
  const uint64_t slots = IndexTable::kPageOctets / sizeof(uint64_t);
  EXPECT_LT(Statistics().entries, slots);
  EXPECT_GT(Statistics().entries, slots / 2);
  // With memory it grows again.
  for (uint32_t i = 0; i < 5000; ++i) ASSERT_EQ(Put(i), PutOutcome::kStored);
  EXPECT_GT(Statistics().entries, slots);
}

TEST(SegmentArenaTest, AddressRangeThatCannotBeHadIsBadAlloc) {
  bool thrown = false;
  {
    const NoMoreMemory none;
    try {
      SegmentArena arena(size_t{1} << 30);
    } catch (const std::bad_alloc&) {
      thrown = true;
    }
  }
  EXPECT_TRUE(thrown);
}

#endif  // TERN_TEST_SANITIZED

TEST(SegmentArenaTest, GivenSegmentsAreTakenAgain) {
  SegmentArena arena(4 * kSegmentOctets);
  std::array<uint32_t, 4> segments;
  for (uint32_t& segment : segments) segment = arena.Take();
  EXPECT_EQ(arena.Take(), kNoSegment);
  arena.Give(segments[1]);
  arena.Give(segments[3]);
  EXPECT_EQ(arena.Take(), segments[3]);
  EXPECT_EQ(arena.Take(), segments[1]);
  EXPECT_EQ(arena.Take(), kNoSegment);
}

}  // namespace
}  // namespace tern::cache
