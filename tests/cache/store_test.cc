#include "cache/store.h"

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cache/use_mark.h"
#include "tests/cache/entry_making.h"
#include "tests/support/resident_octets.h"

namespace tern::cache {
namespace {

constexpr Instant kNow(1000);

std::string NumberedName(uint64_t i) { return "host" + std::to_string(i) + ".example.test"; }

class StoreTest : public testing::Test {
 protected:
  void Open(size_t memory_octets) {
    reader_.reset();
    store_ = std::make_unique<Store>(StoreOptions{.memory_octets = memory_octets, .seed = 77});
    reader_ = store_->Register();
    ASSERT_NE(reader_, nullptr);
  }
  void SetUp() override { Open(size_t{8} << 20); }

  PutOutcome Put(std::string_view name, std::string_view rdata, RRsetSpec spec = {.now = kNow}) {
    return store_->Put(MakeRRset(MakeName(name), rdata, spec).bytes(), spec.now);
  }
  EntryView Find(std::string_view name, wire::RRType type = wire::RRType::kA) {
    return store_->Find(MakeName(name), KeySpace::kData, type);
  }
  std::string Value(std::string_view name) {
    const EntryView entry = Find(name);
    return entry ? FirstRecord(entry) : "(absent)";
  }

  std::unique_ptr<Store> store_;
  std::unique_ptr<Store::Reader> reader_;
};

// Otherwise one name with all its types could take the place of many others.
TEST_F(StoreTest, ANameHasFewEntriesAndTakesNoMorePlacesOfOthers) {
  constexpr size_t kEntriesOfOneName = 24;
  constexpr uint64_t kNames = 5000;
  for (uint64_t i = 0; i < kNames; ++i) {
    ASSERT_EQ(Put(NumberedName(i), "abcd"), PutOutcome::kStored);
  }
  constexpr uint16_t kTypes = 1000;
  for (uint16_t type = 1; type <= kTypes; ++type) {
    const auto rrtype = static_cast<wire::RRType>(1000 + type);
    ASSERT_EQ(Put("many.example.test", "abcd", {.type = rrtype, .now = kNow}), PutOutcome::kStored);
    EXPECT_TRUE(Find("many.example.test", rrtype)) << type;
    reader_->Quiescent();
  }
  size_t of_the_name = 0;
  for (uint16_t type = 1; type <= kTypes; ++type) {
    if (Find("many.example.test", static_cast<wire::RRType>(1000 + type))) ++of_the_name;
  }
  EXPECT_LE(of_the_name, kEntriesOfOneName);
  size_t lost = 0;
  for (uint64_t i = 0; i < kNames; ++i) {
    if (!Find(NumberedName(i))) ++lost;
  }
  EXPECT_LE(lost, kEntriesOfOneName);
}

TEST_F(StoreTest, FindsWhatWasPutAndNothingElse) {
  EXPECT_FALSE(Find("www.example.test"));
  ASSERT_EQ(Put("www.example.test", "abcd"), PutOutcome::kStored);
  EXPECT_EQ(Value("www.example.test"), "abcd");
  EXPECT_FALSE(Find("www.example.tes"));
  EXPECT_FALSE(Find("example.test"));
  EXPECT_FALSE(Find("www.example.test", wire::RRType::kAAAA));
  EXPECT_FALSE(store_->Find(MakeName("www.example.test"), KeySpace::kFailure, wire::RRType::kA));
}

TEST_F(StoreTest, IgnoresCaseInTheQuestionAndKeepsTheEntrys) {
  ASSERT_EQ(Put("WwW.eXample.test", "abcd"), PutOutcome::kStored);
  const EntryView entry = Find("wWw.Example.TEST");
  ASSERT_TRUE(entry);
  EXPECT_TRUE(entry.name().EqualsExactly(MakeName("WwW.eXample.test")));
  ASSERT_EQ(Put("www.example.test", "efgh"), PutOutcome::kStored);
  EXPECT_EQ(Value("WWW.EXAMPLE.TEST"), "efgh");
  EXPECT_EQ(store_->Statistics().entries, 1u);
}

TEST_F(StoreTest, TypeIsIgnoredInKeySpacesWithoutAType) {
  alignas(8) std::array<uint8_t, 512> buffer;
  EntryBuilder builder(buffer);
  ASSERT_TRUE(builder.StartDelegation(MakeName("example.test"), 60, kNow));
  ASSERT_EQ(store_->Put(builder.Finish(), kNow), PutOutcome::kStored);
  ASSERT_TRUE(builder.StartNxDomain(MakeName("example.test"), MakeName("test"), 60, kNow));
  ASSERT_EQ(store_->Put(builder.Finish(), kNow), PutOutcome::kStored);
  const wire::Name name = MakeName("example.test");
  EXPECT_EQ(store_->Find(name, KeySpace::kDelegation, wire::RRType::kA).kind(),
            EntryKind::kDelegation);
  EXPECT_EQ(store_->Find(name, KeySpace::kNxDomain, wire::RRType::kNS).kind(),
            EntryKind::kNxDomain);
  EXPECT_TRUE(store_->Erase(name, KeySpace::kDelegation, wire::RRType::kMX));
  EXPECT_FALSE(store_->Find(name, KeySpace::kDelegation, wire::RRType::kNone));
  EXPECT_TRUE(store_->Find(name, KeySpace::kNxDomain, wire::RRType::kNone));
}

TEST_F(StoreTest, DenialsAndCutsAreFoundByTheirNameAlone) {
  const wire::Name cut = MakeName("example.test");
  const wire::Name gone = MakeName("gone.example.test");
  alignas(8) std::array<uint8_t, 512> buffer;
  EntryBuilder builder(buffer);
  ASSERT_TRUE(builder.StartDelegation(cut, 60, kNow));
  ASSERT_EQ(store_->Put(builder.Finish(), kNow), PutOutcome::kStored);
  ASSERT_TRUE(builder.StartNxDomain(gone, cut, 60, kNow));
  ASSERT_EQ(store_->Put(builder.Finish(), kNow), PutOutcome::kStored);
  EXPECT_EQ(store_->FindCut(cut).kind(), EntryKind::kDelegation);
  EXPECT_FALSE(store_->FindDenial(cut));
  EXPECT_EQ(store_->FindDenial(gone, store_->Hash(gone)).kind(), EntryKind::kNxDomain);
  EXPECT_FALSE(store_->FindCut(gone, store_->Hash(gone)));
}

TEST_F(StoreTest, NoDataReplacesTheRRsetOfItsNameAndType) {
  ASSERT_EQ(Put("a.test", "abcd"), PutOutcome::kStored);
  alignas(8) std::array<uint8_t, 512> buffer;
  EntryBuilder builder(buffer);
  ASSERT_TRUE(
      builder.StartNoData(MakeName("a.test"), wire::RRType::kA, MakeName("test"), 60, kNow));
  ASSERT_EQ(store_->Put(builder.Finish(), kNow), PutOutcome::kStored);
  EXPECT_EQ(Find("a.test").kind(), EntryKind::kNoData);
}

TEST_F(StoreTest, EraseSaysWhetherThereWasOne) {
  ASSERT_EQ(Put("a.test", "abcd"), PutOutcome::kStored);
  EXPECT_TRUE(store_->Erase(MakeName("A.test"), KeySpace::kData, wire::RRType::kA));
  EXPECT_FALSE(store_->Erase(MakeName("a.test"), KeySpace::kData, wire::RRType::kA));
  EXPECT_FALSE(Find("a.test"));
  EXPECT_EQ(store_->Statistics().entries, 0u);
}

// RFC 2181 section 5.4.1.
TEST_F(StoreTest, FreshEntryOfHigherRankStays) {
  ASSERT_EQ(Put("a.test", "good", {.rank = Rank::kAnswerAuthoritative, .ttl = 60, .now = kNow}),
            PutOutcome::kStored);
  EXPECT_EQ(Put("a.test", "glue", {.rank = Rank::kAdditional, .now = kNow + 59}),
            PutOutcome::kOutranked);
  EXPECT_EQ(Value("a.test"), "good");
}

TEST_F(StoreTest, EqualOrHigherRankReplaces) {
  ASSERT_EQ(Put("a.test", "glue", {.rank = Rank::kAdditional, .now = kNow}), PutOutcome::kStored);
  EXPECT_EQ(Put("a.test", "more", {.rank = Rank::kAdditional, .now = kNow}), PutOutcome::kStored);
  EXPECT_EQ(Value("a.test"), "more");
  EXPECT_EQ(Put("a.test", "good", {.rank = Rank::kLocal, .now = kNow}), PutOutcome::kStored);
  EXPECT_EQ(Value("a.test"), "good");
  const StoreStatistics statistics = store_->Statistics();
  EXPECT_EQ(statistics.entries, 1u);
  EXPECT_EQ(statistics.insertions, 1u);
  EXPECT_EQ(statistics.Left(Leaving::kReplaced), 2u);
}

TEST_F(StoreTest, RefreshTakesOverTheCountOfUsesAndIsNoneByItself) {
  const auto mark = [&] {
    uint8_t found = 0;
    store_->ForEach([&](EntryView entry) { found = entry.bytes()[layout::kUsed]; });
    return found;
  };
  ASSERT_EQ(Put("a.test", "abcd"), PutOutcome::kStored);
  EXPECT_EQ(mark(), 0);
  Find("a.test");
  Find("a.test");
  EXPECT_EQ(mark(), 2);
  ASSERT_EQ(Put("a.test", "efgh"), PutOutcome::kStored);
  EXPECT_EQ(mark(), 2 | kOnTrial);
  Find("a.test");
  EXPECT_EQ(mark(), 3);
}

TEST_F(StoreTest, ExpiredEntryBlocksNothingButStaysFindable) {
  ASSERT_EQ(Put("a.test", "good", {.rank = Rank::kLocal, .ttl = 60, .now = kNow}),
            PutOutcome::kStored);
  EXPECT_EQ(Value("a.test"), "good");
  EXPECT_FALSE(Find("a.test").IsFresh(kNow + 60));
  EXPECT_EQ(Put("a.test", "glue", {.rank = Rank::kAdditional, .now = kNow + 60}),
            PutOutcome::kStored);
  EXPECT_EQ(Value("a.test"), "glue");
}

TEST_F(StoreTest, RefusesWhatIsTooLargeAndTakesTheLargest) {
  const std::vector<uint8_t> large(kEntryOctetsMax + 8);
  EXPECT_EQ(store_->Put(large, kNow), PutOutcome::kTooLarge);
  const wire::Name name = MakeName("a.test");
  const std::string rdata(kEntryOctetsMax - kEntryHeaderOctets - name.size() - 2, 'x');
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(Put(NumberedName(i).substr(0, 3) + std::to_string(i), rdata.substr(100)),
              PutOutcome::kStored);
    reader_->Quiescent();
  }
  ASSERT_EQ(Put("a.test", rdata), PutOutcome::kStored);
  EXPECT_EQ(Value("a.test"), rdata);
  EXPECT_LE(store_->octets(), store_->Statistics().octets_max);
}

TEST_F(StoreTest, GrowsWithItsContentAndKeepsAll) {
  Open(size_t{64} << 20);
  const size_t empty = store_->octets();
  constexpr uint64_t kNames = 200'000;
  for (uint64_t i = 0; i < kNames; ++i) {
    ASSERT_EQ(Put(NumberedName(i), std::to_string(i)), PutOutcome::kStored);
    reader_->Quiescent();
  }
  for (uint64_t i = 0; i < kNames; ++i) ASSERT_EQ(Value(NumberedName(i)), std::to_string(i));
  const StoreStatistics statistics = store_->Statistics();
  EXPECT_EQ(statistics.entries, kNames);
  EXPECT_EQ(statistics.evictions(), 0u);
  EXPECT_LT(empty, size_t{1} << 20);
  EXPECT_LE(statistics.octets, kNames * 100);
}

TEST_F(StoreTest, ForEachVisitsEachFindableEntryOnce) {
  std::map<std::string, int> seen;
  for (int i = 0; i < 5000; ++i) {
    ASSERT_EQ(Put(NumberedName(i), "v" + std::to_string(i)), PutOutcome::kStored);
  }
  for (int i = 0; i < 5000; i += 2) {
    ASSERT_TRUE(store_->Erase(MakeName(NumberedName(i)), KeySpace::kData, wire::RRType::kA));
  }
  store_->ForEach([&](EntryView entry) { ++seen[FirstRecord(entry)]; });
  EXPECT_EQ(seen.size(), 2500u);
  for (int i = 1; i < 5000; i += 2) EXPECT_EQ(seen["v" + std::to_string(i)], 1);
}

TEST_F(StoreTest, AtMostReadersMaxAtATimeAndSlotsComeBack) {
  std::vector<std::unique_ptr<Store::Reader>> readers;
  while (std::unique_ptr<Store::Reader> reader = store_->Register()) {
    readers.push_back(std::move(reader));
    ASSERT_LE(readers.size(), 1024u);
  }
  EXPECT_EQ(readers.size(), 1023u);  // one is reader_
  readers.pop_back();
  EXPECT_NE(store_->Register(), nullptr);
}

// Sanitizers keep shadows of what we map.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

// How much the kernel holds for nameless mappings, which are not the heap's: memory that was
// written to.
size_t NamelessOctets() {
  std::ifstream smaps("/proc/self/smaps");
  EXPECT_TRUE(smaps.is_open());
  bool nameless = false;
  size_t octets = 0;
  for (std::string line; std::getline(smaps, line);) {
    std::istringstream words(line);
    std::string word;
    words >> word;
    if (!word.ends_with(':')) {  // a mapping: range, rights, offset, device, inode, perhaps a name
      std::string name;
      for (int i = 0; i < 5; ++i) words >> name;
      nameless = name == "0";
      if (words >> name) nameless = false;
    } else if (nameless && (word == "Anonymous:" || word == "Swap:")) {
      size_t kib = 0;
      words >> kib;
      octets += kib * 1024;
    }
  }
  return octets;
}

// The count is the kernel's, except for pages of segments and tables that were not written to yet.
TEST_F(StoreTest, CountsWhatTheKernelHolds) {
  if (kSanitized) GTEST_SKIP() << "sanitizers map shadows";
  for (const size_t ceiling : {size_t{1} << 20, size_t{3} << 20, size_t{24} << 20}) {
    SCOPED_TRACE(ceiling);
    reader_.reset();
    store_.reset();
    const size_t before = NamelessOctets();
    Open(ceiling);
    // An open segment of each queue and a young index in each shard.
    const size_t untouched_max = ceiling / 16 + (size_t{128} << 10);
    const uint64_t names = ceiling / 16;
    for (uint64_t i = 0; i < names; ++i) {
      // Popular names, then a flood of others, then other popular names. So ghosts grow and shrink.
      const bool flood = i > names / 3 && i < names / 3 * 2;
      const std::string name = NumberedName(flood ? i : i % (ceiling / 100) + i / (names / 2));
      if (!Find(name)) {
        ASSERT_EQ(Put(name, "abcd"), PutOutcome::kStored);
      }
      reader_->Quiescent();
      if (i % (names / 40) != 0) continue;
      const size_t counted = store_->octets();
      const size_t held = NamelessOctets() - before;
      ASSERT_LE(counted, ceiling);
      ASSERT_LE(held, counted) << i;
      ASSERT_GE(held + untouched_max, counted) << i;
    }
    EXPECT_GT(store_->octets(), ceiling * 9 / 10);
  }
}

class StoreCeilingTest : public StoreTest, public testing::WithParamInterface<size_t> {};

TEST_P(StoreCeilingTest, HoldsUnderEndlessUniqueNames) {
  reader_.reset();
  store_.reset();
  const size_t ceiling = GetParam();
  const size_t resident_before = ResidentOctets();
  Open(ceiling);
  const uint64_t names = ceiling / 20 + 100'000;
  for (uint64_t i = 0; i < names; ++i) {
    const std::string name = NumberedName(i);
    ASSERT_EQ(Put(name, std::to_string(i)), PutOutcome::kStored);
    ASSERT_LE(store_->octets(), ceiling);
    ASSERT_EQ(Value(name), std::to_string(i));
    reader_->Quiescent();
  }
  const StoreStatistics statistics = store_->Statistics();
  EXPECT_EQ(statistics.insertions, names);
  EXPECT_EQ(statistics.insertions - statistics.evictions(), statistics.entries);
  uint64_t visited = 0;
  store_->ForEach([&](EntryView) { ++visited; });
  EXPECT_EQ(visited, statistics.entries);
  // The room is used: at most 100 octets per name of 64 to 72.
  EXPECT_GT(statistics.entries, ceiling / 100);
  if (!kSanitized) {
    // Not counted are: a cache line per reader slot, the shards themselves, and the heap.
    EXPECT_LE(ResidentOctets(), resident_before + ceiling + (size_t{1} << 20));
  }
}

INSTANTIATE_TEST_SUITE_P(Ceilings, StoreCeilingTest,
                         testing::Values(size_t{1} << 20, (size_t{3} << 20) + 12345,
                                         size_t{4} << 20, size_t{20} << 20));

TEST_F(StoreTest, CeilingBelowTheLeastCountsAsTheLeast) {
  Open(1);
  EXPECT_EQ(store_->Statistics().octets_max, kStoreOctetsMin);
  ASSERT_EQ(Put("a.test", "abcd"), PutOutcome::kStored);
  EXPECT_EQ(Value("a.test"), "abcd");
}

TEST_F(StoreTest, ReaderPinsWhatItSawWhileTheCeilingHolds) {
  Open(size_t{1} << 20);
  std::vector<std::pair<EntryView, uint64_t>> views;
  uint64_t names = 0;
  // Fills the store, so the pinned memory will be needed again.
  for (; names < 30'000; ++names) {
    ASSERT_EQ(Put(NumberedName(names), std::to_string(names)), PutOutcome::kStored);
    reader_->Quiescent();
  }
  for (uint64_t i = 0; i < names; ++i) {
    if (const EntryView entry = Find(NumberedName(i))) views.emplace_back(entry, i);
  }
  ASSERT_GT(views.size(), 1000u);
  uint64_t refused = 0;
  for (uint64_t i = 0; i < 2'000'000; ++i) {
    // The same name may come back. To replace an entry pins memory and needs room too.
    const OwnedEntry entry = MakeRRset(MakeName(NumberedName(names + i % 100'000)), "new!");
    if (store_->Put(entry.bytes(), Instant(1)) == PutOutcome::kNoRoom) ++refused;
    ASSERT_LE(store_->octets(), size_t{1} << 20);
  }
  EXPECT_GT(refused, 0u);
  for (const auto& [entry, i] : views) {
    ASSERT_TRUE(IsSoundEntry({entry.bytes(), entry.size()}));
    ASSERT_TRUE(entry.name().Equals(MakeName(NumberedName(i))));
    ASSERT_EQ(FirstRecord(entry), std::to_string(i));
  }
  // Everything is in use, so an eviction gains little. It may take a few turns.
  int turns = 0;
  do {
    reader_->Quiescent();
  } while (++turns < 20 && Put("after.test", "abcd") != PutOutcome::kStored);
  EXPECT_EQ(Value("after.test"), "abcd");
}

TEST_F(StoreTest, SleepingReaderPinsNothing) {
  Open(size_t{1} << 20);
  reader_->Sleep();
  for (uint64_t i = 0; i < 100'000; ++i) {
    ASSERT_EQ(Put(NumberedName(i), "abcd"), PutOutcome::kStored);
  }
  reader_->Wake();
  EXPECT_EQ(Value(NumberedName(99'999)), "abcd");
}

TEST_F(StoreTest, NamesInUseSurviveAFloodOfUniqueNames) {
  Open(size_t{1} << 20);
  constexpr uint64_t kUsed = 5000;
  constexpr uint64_t kFlood = 500'000;
  for (uint64_t i = 0; i < kUsed; ++i) {
    ASSERT_EQ(Put(NumberedName(i), "used"), PutOutcome::kStored);
  }
  for (uint64_t i = 0; i < kFlood; ++i) {
    Find(NumberedName(i % kUsed));
    ASSERT_EQ(Put(NumberedName(kUsed + i), "once"), PutOutcome::kStored);
    reader_->Quiescent();
  }
  uint64_t kept = 0;
  for (uint64_t i = 0; i < kUsed; ++i) kept += Find(NumberedName(i)) ? 1 : 0;
  EXPECT_GE(kept, kUsed * 95 / 100);
}

TEST_F(StoreTest, NamesThatBecomePopularReplaceThoseThatWere) {
  for (const int flood_per_name : {0, 1}) {
    SCOPED_TRACE(flood_per_name);
    Open(size_t{1} << 20);
    constexpr uint64_t kPopular = 9000;  // both sets do not fit
    uint64_t flood = 1'000'000;
    uint64_t refused = 0;
    const auto ask = [&](uint64_t i) {
      const bool hit = static_cast<bool>(Find(NumberedName(i)));
      if (!hit && Put(NumberedName(i), "abcd") != PutOutcome::kStored) ++refused;
      reader_->Quiescent();
      return hit;
    };
    std::mt19937_64 random(5);
    // Of `rounds` questions for each name, the share that was answered in the last tenth.
    const auto ask_for = [&](uint64_t first, uint64_t rounds) {
      uint64_t hits = 0;
      const uint64_t questions = kPopular * rounds;
      for (uint64_t i = 0; i < questions; ++i) {
        const bool hit = ask(first + random() % kPopular);
        hits += hit && i >= questions - questions / 10 ? 1 : 0;
        for (int k = 0; k < flood_per_name; ++k) ask(flood++);
      }
      return static_cast<double>(hits) / static_cast<double>(questions / 10);
    };
    EXPECT_GT(ask_for(0, 50), 0.95);
    EXPECT_GT(ask_for(100'000, 10), 0.9);
    EXPECT_GT(ask_for(0, 10), 0.9);
    // Nothing else pins memory. So there is always room, also when all of it is on its way to main.
    EXPECT_EQ(refused, 0u);
  }
}

// If a few large entries are used, that must not condemn segments full of small ones.
TEST_F(StoreTest, NamesInUseSurviveAFloodOfLargeEntriesOfWhichFewAreUsed) {
  Open(size_t{4} << 20);
  constexpr uint64_t kPopular = 30'000;
  const auto ask = [&](uint64_t i, const std::string& value) {
    const bool hit = static_cast<bool>(Find(NumberedName(i)));
    if (!hit) {
      EXPECT_EQ(Put(NumberedName(i), value), PutOutcome::kStored);
    }
    reader_->Quiescent();
    return hit;
  };
  std::mt19937_64 random(3);
  uint64_t flood = 10'000'000;
  for (uint64_t i = 0; i < kPopular * 20; ++i) {
    ask(random() % kPopular, "abcd");
    ask(flood++, "abcd");
  }
  const std::string large(4000, 'x');
  for (uint64_t i = 0; i < 800; ++i) {
    const uint64_t name = flood++;
    ask(name, large);
    if (i % 20 == 0) {
      EXPECT_TRUE(ask(name, large));
    }
    for (int k = 0; k < 20; ++k) ask(random() % kPopular, "abcd");
  }
  uint64_t kept = 0;
  for (uint64_t i = 0; i < kPopular; ++i) kept += Find(NumberedName(i)) ? 1 : 0;
  EXPECT_GE(kept, kPopular * 95 / 100);
}

TEST_F(StoreTest, EntriesStaleForMoreThanADayGoFirst) {
  Open(size_t{1} << 20);
  for (uint64_t i = 0; i < 5000; ++i) {
    ASSERT_EQ(Put(NumberedName(i), "abcd", {.ttl = 60, .now = Instant(100)}), PutOutcome::kStored);
    ASSERT_TRUE(Find(NumberedName(i)));
    reader_->Quiescent();
  }
  const Instant later(100 + 60 + 86400 + 1);
  for (uint64_t i = 0; i < 20'000; ++i) {
    ASSERT_EQ(Put(NumberedName(100'000 + i), "abcd", {.now = later}), PutOutcome::kStored);
    reader_->Quiescent();
  }
  for (uint64_t i = 0; i < 5000; ++i) ASSERT_FALSE(Find(NumberedName(i))) << i;
}

TEST_F(StoreTest, PuttingAnEntryOfTheStoreItselfBackIsSafe) {
  ASSERT_EQ(Put("a.test", "abcd"), PutOutcome::kStored);
  for (int i = 0; i < 10'000; ++i) {
    const EntryView entry = Find("a.test");
    ASSERT_EQ(store_->Put({entry.bytes(), entry.size()}, kNow), PutOutcome::kStored);
    reader_->Quiescent();
  }
  EXPECT_EQ(Value("a.test"), "abcd");
}

// Compares the store with a map. Any entry that the store returns is the newest that it accepted
// under that key. Without evictions it returns all of them.
void CompareWithModel(uint64_t seed, size_t ceiling, uint64_t keys, int steps) {
  SCOPED_TRACE(seed);
  struct Known {
    std::string value;
    Rank rank;
    Instant expiry;
  };
  std::mt19937_64 random(seed);
  Store store({.memory_octets = ceiling, .seed = seed});
  const auto reader = store.Register();
  std::map<std::pair<std::string, wire::RRType>, Known> model;
  constexpr std::array kTypes = {wire::RRType::kA, wire::RRType::kAAAA, wire::RRType::kMX};
  Instant now(1);
  for (int step = 0; step < steps; ++step) {
    if (random() % 64 == 0) now += static_cast<uint32_t>(random() % 20);
    if (random() % 8 == 0) reader->Quiescent();
    const std::string text = NumberedName(random() % keys);
    const wire::RRType type = kTypes[random() % kTypes.size()];
    const wire::Name name = MakeName(text);
    const auto known = model.find({text, type});
    const uint64_t dice = random() % 10;
    if (dice < 5) {
      const EntryView entry = store.Find(name, KeySpace::kData, type);
      if (entry) {
        ASSERT_NE(known, model.end());
        ASSERT_EQ(FirstRecord(entry), known->second.value);
        ASSERT_EQ(entry.expiry(), known->second.expiry);
      } else if (store.Statistics().evictions() == 0) {
        ASSERT_EQ(known, model.end());
      }
    } else if (dice < 9) {
      const RRsetSpec spec{.type = type,
                           .rank = static_cast<Rank>(random() % 6),
                           .ttl = static_cast<uint32_t>(random() % 60),
                           .now = now};
      const std::string value = std::to_string(step) + std::string(random() % 40, 'x');
      const bool present = static_cast<bool>(store.Find(name, KeySpace::kData, type));
      const PutOutcome outcome = store.Put(MakeRRset(name, value, spec).bytes(), now);
      if (present && known->second.expiry > now && known->second.rank > spec.rank) {
        ASSERT_EQ(outcome, PutOutcome::kOutranked);
      } else if (outcome == PutOutcome::kStored) {
        model[{text, type}] = {value, spec.rank, now + spec.ttl};
      } else {
        ASSERT_EQ(outcome, PutOutcome::kNoRoom);
      }
    } else {
      const bool present = static_cast<bool>(store.Find(name, KeySpace::kData, type));
      ASSERT_EQ(store.Erase(name, KeySpace::kData, type), present);
      if (known != model.end()) model.erase(known);
    }
    ASSERT_LE(store.octets(), ceiling);
  }
  if (store.Statistics().evictions() == 0) {
    EXPECT_EQ(store.Statistics().entries, model.size());
  }
}

TEST(StoreModelTest, AgreesWithAMapWithoutEvictions) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    CompareWithModel(seed, size_t{4} << 20, 2000, 40'000);
  }
}

TEST(StoreModelTest, NeverReturnsOldOrForeignEntriesWhileEvicting) {
  for (uint64_t seed = 11; seed <= 15; ++seed) {
    CompareWithModel(seed, size_t{1} << 20, 30'000, 200'000);
  }
}

}  // namespace
}  // namespace tern::cache
