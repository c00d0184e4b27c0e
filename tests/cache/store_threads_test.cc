// Readers against writers. It also runs under ThreadSanitizer.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "cache/store.h"
#include "tests/cache/entry_making.h"

namespace tern::cache {
namespace {

#if defined(__SANITIZE_THREAD__)
constexpr int kRounds = 30'000;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
constexpr int kRounds = 30'000;
#else
constexpr int kRounds = 300'000;
#endif
#else
constexpr int kRounds = 300'000;
#endif

std::string NameOfNumber(uint64_t i) { return "n" + std::to_string(i) + ".example.test"; }

// The record has its name's number, a version, and a sum over both, with varying length. So a torn
// or foreign entry is noticed.
std::string RecordOf(uint64_t number, uint64_t version) {
  std::string record = std::to_string(number) + "/" + std::to_string(version) + "/";
  record.append(version % 50, static_cast<char>('a' + (number + version) % 26));
  return record;
}

bool IsRecordOf(uint64_t number, const std::string& record) {
  const std::string prefix = std::to_string(number) + "/";
  if (!record.starts_with(prefix)) return false;
  return record == RecordOf(number, std::stoull(record.substr(prefix.size())));
}

struct Load {
  size_t ceiling;
  uint64_t names;
  int readers;
  int writers;
};

void Write(Store& store, const Load& load, int id, std::atomic<uint64_t>* refused) {
  const auto licence = store.Register();
  std::mt19937_64 random(static_cast<uint64_t>(id));
  for (int i = 0; i < kRounds; ++i) {
    const uint64_t number = random() % load.names;
    const wire::Name name = MakeName(NameOfNumber(number));
    if (random() % 50 == 0) {
      store.Erase(name, KeySpace::kData, wire::RRType::kA);
    } else {
      const OwnedEntry entry = MakeRRset(name, RecordOf(number, random() % 1'000'000));
      if (store.Put(entry.bytes(), Instant(1)) == PutOutcome::kNoRoom) refused->fetch_add(1);
    }
    if (i % 16 == 0) licence->Quiescent();
    if (i % 1024 == 0) {
      licence->Sleep();
      std::this_thread::yield();
      licence->Wake();
    }
  }
}

void Read(Store& store, const Load& load, int id, const std::atomic<bool>& stop,
          std::atomic<uint64_t>* hits, std::atomic<uint64_t>* wrong) {
  auto licence = store.Register();
  std::mt19937_64 random(static_cast<uint64_t>(1000 + id));
  std::vector<std::pair<EntryView, uint64_t>> held;
  while (!stop.load(std::memory_order_relaxed)) {
    for (int i = 0; i < 64; ++i) {
      const uint64_t number = random() % load.names;
      const EntryView entry =
          store.Find(MakeName(NameOfNumber(number)), KeySpace::kData, wire::RRType::kA);
      if (entry) held.emplace_back(entry, number);
    }
    std::this_thread::yield();
    // They must still be whole.
    for (const auto& [entry, number] : held) {
      if (!entry.name().Equals(MakeName(NameOfNumber(number))) ||
          !IsRecordOf(number, FirstRecord(entry))) {
        wrong->fetch_add(1);
      }
    }
    hits->fetch_add(held.size());
    held.clear();
    switch (random() % 4) {
      case 0:
        licence->Sleep();
        std::this_thread::yield();
        licence->Wake();
        break;
      case 1:
        licence.reset();
        licence = store.Register();
        break;
      default:
        licence->Quiescent();
        break;
    }
  }
}

void Stress(const Load& load) {
  Store store({.memory_octets = load.ceiling, .seed = 3});
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> hits{0};
  std::atomic<uint64_t> wrong{0};
  std::atomic<uint64_t> refused{0};
  std::vector<std::thread> readers;
  std::vector<std::thread> writers;
  for (int i = 0; i < load.readers; ++i) {
    readers.emplace_back([&, i] { Read(store, load, i, stop, &hits, &wrong); });
  }
  for (int i = 0; i < load.writers; ++i) {
    writers.emplace_back([&, i] { Write(store, load, i, &refused); });
  }
  for (std::thread& writer : writers) writer.join();
  stop = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong.load(), 0u);
  EXPECT_GT(hits.load(), 0u);
  const StoreStatistics statistics = store.Statistics();
  EXPECT_LE(statistics.octets, statistics.octets_max);
  uint64_t visited = 0;
  std::array<StoreStatistics::OfKind, kEntryKinds> of_kind{};
  store.ForEach([&](EntryView entry) {
    ++visited;
    ++of_kind[static_cast<size_t>(entry.kind())].entries;
    of_kind[static_cast<size_t>(entry.kind())].octets += entry.size();
  });
  EXPECT_EQ(visited, statistics.entries);
  for (size_t i = 0; i < kEntryKinds; ++i) {
    EXPECT_EQ(of_kind[i].entries, statistics.of_kind[i].entries) << i;
    EXPECT_EQ(of_kind[i].octets, statistics.of_kind[i].octets) << i;
  }
  // Puts may have been refused while a reader's thread did not run. Now there is room again.
  const OwnedEntry entry = MakeRRset(MakeName("after.test"), "abcd");
  EXPECT_EQ(store.Put(entry.bytes(), Instant(1)), PutOutcome::kStored);
  EXPECT_LT(refused.load(), static_cast<uint64_t>(load.writers) * kRounds);
}

TEST(StoreThreadsTest, ReadersSeeWholeEntriesWhileTheStoreGrows) {
  Stress({.ceiling = size_t{64} << 20, .names = 100'000, .readers = 2, .writers = 2});
}

TEST(StoreThreadsTest, ReadersSeeWholeEntriesWhileEntriesAreEvicted) {
  Stress({.ceiling = size_t{1} << 20, .names = 50'000, .readers = 3, .writers = 1});
}

TEST(StoreThreadsTest, ReadersSeeWholeEntriesWhileEntriesAreReplacedOften) {
  Stress({.ceiling = size_t{1} << 20, .names = 500, .readers = 4, .writers = 2});
}

// A name that is refreshed all the time is never missing, even while other entries move.
TEST(StoreThreadsTest, ReplacedAndMovedEntriesAreNeverMissed) {
  Store store({.memory_octets = size_t{64} << 20, .seed = 5});
  constexpr uint64_t kSteady = 100;
  for (uint64_t i = 0; i < kSteady; ++i) {
    const OwnedEntry entry = MakeRRset(MakeName(NameOfNumber(i)), RecordOf(i, 0));
    ASSERT_EQ(store.Put(entry.bytes(), Instant(1)), PutOutcome::kStored);
  }
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> missed{0};
  std::thread reader([&] {
    const auto licence = store.Register();
    while (!stop.load(std::memory_order_relaxed)) {
      for (uint64_t i = 0; i < kSteady; ++i) {
        if (!store.Find(MakeName(NameOfNumber(i)), KeySpace::kData, wire::RRType::kA)) {
          missed.fetch_add(1);
        }
      }
      licence->Quiescent();
    }
  });
  const auto licence = store.Register();
  for (int i = 0; i < kRounds; ++i) {
    const uint64_t number = i % 3 == 0 ? static_cast<uint64_t>(i) % kSteady : 1000 + i;
    const OwnedEntry entry = MakeRRset(MakeName(NameOfNumber(number)), RecordOf(number, 1));
    ASSERT_EQ(store.Put(entry.bytes(), Instant(1)), PutOutcome::kStored);
    licence->Quiescent();
  }
  stop = true;
  reader.join();
  EXPECT_EQ(missed.load(), 0u);
}

// A shard's lock is free between slices, and the index moves and grows meanwhile.
TEST(StoreThreadsTest, EraseIfMissesNothingWhileTheIndexGrows) {
  Store store({.memory_octets = size_t{4} << 20, .seed = 5});
  const auto put = [&store](const std::string& name) {
    store.Put(MakeRRset(MakeName(name), "abcd").bytes(), Instant(1));
  };
  const auto reader = store.Register();
  for (uint64_t i = 0; i < 4000; ++i) put("old" + NameOfNumber(i));
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    const auto licence = store.Register();
    for (uint64_t i = 0; i < 30'000 && !stop; ++i) {
      put(NameOfNumber(i));
      licence->Quiescent();
    }
  });
  const auto is_old = [](EntryView entry) { return entry.name().FirstLabel().starts_with("old"); };
  store.EraseIf([&](EntryView entry) {
    std::this_thread::yield();
    return is_old(entry);
  });
  stop = true;
  writer.join();
  size_t left = 0;
  store.ForEach([&](EntryView entry) { left += is_old(entry) ? 1 : 0; });
  EXPECT_EQ(left, 0u);
}

}  // namespace
}  // namespace tern::cache
