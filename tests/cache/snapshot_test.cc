#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cache/shard.h"
#include "cache/snapshot_read.h"
#include "cache/snapshot_write.h"
#include "cache/store.h"
#include "cache/use_mark.h"
#include "tests/cache/entry_making.h"

namespace tern::cache {
namespace {

constexpr Instant kWrittenAt(50'000);
constexpr int64_t kWallAtWriting = 1'700'000'000;
constexpr uint32_t kMaxStale = 86'400;
constexpr uint32_t kTtlOfAll = 300;
constexpr std::string_view kAddress("\xc0\x00\x02\x01", 4);

uint64_t SealWith(uint64_t key, std::span<const uint8_t> octets) {
  uint64_t seal = key;
  for (const uint8_t octet : octets) seal = (seal ^ octet) * 0x100000001b3;
  return seal;
}
uint64_t OwnSeal(std::span<const uint8_t> octets) { return SealWith(7, octets); }
uint64_t OtherSeal(std::span<const uint8_t> octets) { return SealWith(8, octets); }
bool Always() { return true; }
bool Never() { return false; }

std::span<const uint8_t> OctetsOf(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// A file in memory.
class MemoryFile {
 public:
  MemoryFile() : fd_(memfd_create("snapshot", MFD_CLOEXEC)) {}
  explicit MemoryFile(std::string_view content) : MemoryFile() {
    EXPECT_EQ(write(fd_, content.data(), content.size()), static_cast<ssize_t>(content.size()));
  }
  ~MemoryFile() { close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  int fd() const { return fd_; }
  std::string Content() const {
    std::string content(static_cast<size_t>(lseek(fd_, 0, SEEK_END)), '\0');
    EXPECT_EQ(pread(fd_, content.data(), content.size(), 0), static_cast<ssize_t>(content.size()));
    return content;
  }

 private:
  int fd_;
};

std::unique_ptr<Store> MakeStore(size_t octets = kStoreOctetsMin, uint64_t seed = 1) {
  return std::make_unique<Store>(StoreOptions{.memory_octets = octets, .seed = seed});
}

SnapshotWritten WriteTo(Store* store, int fd, size_t threads = 1) {
  return WriteSnapshot(store, fd,
                       {.now = kWrittenAt, .wall_seconds = kWallAtWriting, .facts = 3, .number = 9},
                       &OwnSeal, threads, &Always);
}

// The later process's clock is behind the first one's, and `passed` seconds have passed.
constexpr Instant kReadAt(9'000);
Ageing AgeingAfter(uint32_t passed) {
  return {.shift = int64_t{kReadAt.seconds()} - kWrittenAt.seconds() - passed,
          .now = kReadAt,
          .max_stale = kMaxStale,
          .ttl = {}};
}

struct ReadBack {
  SnapshotVerdict verdict;
  SnapshotRead read;
};
ReadBack ReadFrom(int fd, Store* store, uint32_t passed = 0, size_t threads = 1) {
  SnapshotHeader header;
  const SnapshotVerdict verdict = ReadSnapshotHeader(fd, &OwnSeal, &header);
  if (verdict != SnapshotVerdict::kGood) return {verdict, {}};
  return {verdict,
          ReadSnapshot(fd, header, &OwnSeal, AgeingAfter(passed), threads, &Always, store)};
}

// What the store has, without tags, use marks and times.
std::multimap<std::string, std::string> ContentOf(const Store& store) {
  std::multimap<std::string, std::string> content;
  store.ForEach([&](EntryView entry) {
    std::string octets(entry.size(), '\0');
    auto* const bytes = reinterpret_cast<uint8_t*>(octets.data());
    entry.CopyTo(bytes);
    std::memset(bytes + layout::kTag, 0, 4);
    std::memset(bytes + layout::kExpiry, 0, 4);
    const wire::NameView name = entry.name();
    content.emplace(std::string(name.octets().begin(), name.octets().end()), octets);
  });
  return content;
}

class Entries {
 public:
  explicit Entries(Store* store) : store_(store) {}

  void Put(EntryBuilder& builder) {
    ASSERT_EQ(store_->Put(builder.Finish(), kWrittenAt), PutOutcome::kStored);
  }
  void PutAddress(std::string_view name, Security security = Security::kUnchecked,
                  WhyInsecure why = WhyInsecure::kUnsigned) {
    OwnedEntry entry = MakeRRset(MakeName(name), kAddress, {.ttl = kTtlOfAll, .now = kWrittenAt});
    Stamp(entry.writable().data(), security, kTtlOfAll, kWrittenAt, why);
    ASSERT_EQ(store_->Put(entry.bytes(), kWrittenAt), PutOutcome::kStored);
  }
  // One of every kind, and of every status.
  void PutAll() {
    alignas(8) static uint8_t buffer[4096];
    const wire::Name zone = MakeName("example.test");
    PutAddress("bogus.example.test", Security::kBogus);
    PutAddress("plain.example.test", Security::kPlain);
    PutAddress("unchecked.example.test");
    PutAddress("insecure.example.test", Security::kInsecure);
    PutAddress("exempt.example.test", Security::kInsecure, WhyInsecure::kExempt);
    PutAddress("secure.example.test", Security::kSecure);
    const std::string rrsig = std::string(18, '\1') + std::string("\0signature", 10);
    const std::string nsec("\0\0\1\x40", 4);
    EntryBuilder wildcard(buffer);
    ASSERT_TRUE(wildcard.StartRRset(MakeName("w.example.test"), wire::RRType::kA, kTtlOfAll,
                                    kWrittenAt, Rank::kAnswerAuthoritative));
    ASSERT_TRUE(wildcard.AddRecord(OctetsOf(kAddress)));
    ASSERT_TRUE(wildcard.AddSignature(OctetsOf(rrsig)));
    ASSERT_TRUE(wildcard.AddProof(MakeName("a.example.test"), wire::RRType::kNSEC, OctetsOf(nsec)));
    wildcard.SetSecurity(Security::kSecure);
    Put(wildcard);
    const std::string soa = std::string("\0\0", 2) + std::string(20, '\2');
    EntryBuilder no_data(buffer);
    ASSERT_TRUE(no_data.StartNoData(MakeName("www.example.test"), wire::RRType::kMX, zone,
                                    kTtlOfAll, kWrittenAt));
    ASSERT_TRUE(no_data.AddRecord(OctetsOf(soa)));
    ASSERT_TRUE(no_data.AddProof(MakeName("b.example.test"), wire::RRType::kNSEC, OctetsOf(nsec)));
    no_data.SetSecurity(Security::kSecure);
    Put(no_data);
    EntryBuilder no_name(buffer);
    ASSERT_TRUE(no_name.StartNxDomain(MakeName("gone.example.test"), zone, kTtlOfAll, kWrittenAt));
    ASSERT_TRUE(no_name.AddRecord(OctetsOf(soa)));
    Put(no_name);
    EntryBuilder of_type(buffer);
    ASSERT_TRUE(of_type.StartNxDomainOfType(MakeName("odd.example.test"), wire::RRType::kA,
                                            kTtlOfAll, kWrittenAt, Rank::kAnswerAuthoritative));
    Put(of_type);
    EntryBuilder cut(buffer);
    ASSERT_TRUE(cut.StartDelegation(zone, kTtlOfAll, kWrittenAt));
    ASSERT_TRUE(cut.AddNameServer(MakeName("ns.example.test"), OctetsOf(kAddress),
                                  OctetsOf(std::string(16, '\3'))));
    Put(cut);
  }
  void PutMany(uint32_t from, uint32_t to) {
    for (uint32_t i = from; i < to; ++i) PutAddress(std::to_string(i) + ".many.test");
  }

 private:
  Store* store_;
};

TEST(SnapshotTest, EveryKindAndStatusComesBack) {
  const auto before = MakeStore();
  Entries(before.get()).PutAll();
  const MemoryFile file;
  const SnapshotWritten written = WriteTo(before.get(), file.fd());
  EXPECT_EQ(written.result, SnapshotWritten::Result::kWhole);
  const auto after = MakeStore(kStoreOctetsMin, 2);
  const ReadBack back = ReadFrom(file.fd(), after.get());
  ASSERT_EQ(back.verdict, SnapshotVerdict::kGood);
  EXPECT_EQ(back.read.entries, 11u);
  EXPECT_EQ(written.entries, 11u);
  EXPECT_EQ(back.read.damaged, 0u);
  EXPECT_EQ(ContentOf(*before), ContentOf(*after));
  EXPECT_EQ(after->Statistics().entries, 11u);
  uint64_t of_kinds = 0;
  for (const auto& kind : after->Statistics().of_kind) of_kinds += kind.entries;
  EXPECT_EQ(of_kinds, 11u);
}

TEST(SnapshotTest, FailuresAreNotKept) {
  const auto before = MakeStore();
  alignas(8) uint8_t buffer[256];
  EntryBuilder failure(buffer);
  ASSERT_TRUE(failure.StartFailure(MakeName("failed.test"), wire::RRType::kA,
                                   wire::ExtendedError::kOther, 1, 300, kWrittenAt));
  Entries(before.get()).Put(failure);
  const MemoryFile file;
  EXPECT_EQ(WriteTo(before.get(), file.fd()).entries, 0u);
}

TEST(SnapshotTest, TtlsGoOnByTheTimeThatHasPassed) {
  const auto before = MakeStore();
  Entries(before.get()).PutAddress("www.test");
  const MemoryFile file;
  WriteTo(before.get(), file.fd());
  for (const auto& [passed, remaining] : {std::pair(100u, 200u), std::pair(400u, 0u)}) {
    const auto after = MakeStore();
    ReadFrom(file.fd(), after.get(), passed);
    const EntryView entry = after->Find(MakeName("www.test"), KeySpace::kData, wire::RRType::kA);
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry.Remaining(kReadAt), remaining);
    EXPECT_EQ(kReadAt - entry.expiry(), passed > kTtlOfAll ? passed - kTtlOfAll : 0);
  }
  const auto after = MakeStore();
  EXPECT_EQ(ReadFrom(file.fd(), after.get(), kTtlOfAll + kMaxStale + 1).read.old, 1u);
  EXPECT_EQ(after->Statistics().entries, 0u);
}

TEST(SnapshotTest, TtlsDoNotExceedTheLimitsOfTheReader) {
  const auto before = MakeStore();
  Entries(before.get()).PutAll();
  const MemoryFile file;
  WriteTo(before.get(), file.fd());
  SnapshotHeader header;
  ASSERT_EQ(ReadSnapshotHeader(file.fd(), &OwnSeal, &header), SnapshotVerdict::kGood);
  Ageing ageing = AgeingAfter(0);
  ageing.ttl.max_ttl = 60;
  ageing.ttl.max_negative_ttl = 20;
  const auto after = MakeStore();
  ReadSnapshot(file.fd(), header, &OwnSeal, ageing, 1, &Always, after.get());
  size_t count = 0;
  after->ForEach([&](EntryView entry) {
    const bool is_positive =
        entry.kind() == EntryKind::kRRset || entry.kind() == EntryKind::kDelegation;
    EXPECT_EQ(entry.Remaining(kReadAt), is_positive ? 60u : 20u);
    EXPECT_EQ(entry.ttl(), is_positive ? 60u : 20u);
    ++count;
  });
  EXPECT_EQ(count, 11u);
}

TEST(SnapshotTest, UseMarksAndLogsAreKept) {
  const auto before = MakeStore();
  const auto reader = before->Register();
  Entries(before.get()).PutAddress("popular.test");
  for (int i = 0; i < 5; ++i)
    before->Find(MakeName("popular.test"), KeySpace::kData, wire::RRType::kA);
  const MemoryFile file;
  WriteTo(before.get(), file.fd());
  const auto after = MakeStore();
  ReadFrom(file.fd(), after.get());
  after->ForEach([](EntryView entry) { EXPECT_EQ(Used(entry.bytes()), kUsedMax); });
  EXPECT_EQ(after->Statistics().entries, 1u);
}

TEST(SnapshotTest, StoresOfOtherSizesAndThreadsHaveTheSame) {
  constexpr size_t kLarge = size_t{16} << 20;  // four shards
  const auto before = MakeStore(kLarge);
  Entries(before.get()).PutMany(0, 20'000);
  const MemoryFile file;
  EXPECT_EQ(WriteTo(before.get(), file.fd(), 3).entries, 20'000u);
  for (const size_t octets : {kLarge, kLarge / 2, kLarge * 2}) {
    for (const size_t threads : {1, 3}) {
      const auto after = MakeStore(octets, 5);
      EXPECT_EQ(ReadFrom(file.fd(), after.get(), 0, threads).read.entries, 20'000u);
      EXPECT_EQ(ContentOf(*before), ContentOf(*after));
    }
  }
}

TEST(SnapshotTest, SmallerStoreKeepsWhatIsMostValuable) {
  const auto before = MakeStore(size_t{4} << 20);
  const auto reader = before->Register();
  Entries entries(before.get());
  // These are used and go to main when the flood pushes them out of small.
  entries.PutMany(0, 2000);
  for (uint32_t i = 0; i < 2000; ++i) {
    before->Find(MakeName(std::to_string(i) + ".many.test"), KeySpace::kData, wire::RRType::kA);
  }
  for (uint32_t i = 2000; i < 100'000; i += 100) {
    reader->Quiescent();
    entries.PutMany(i, i + 100);
  }
  const MemoryFile file;
  WriteTo(before.get(), file.fd());
  const auto after = MakeStore(kStoreOctetsMin);
  const SnapshotRead read = ReadFrom(file.fd(), after.get()).read;
  EXPECT_GT(read.left_out, 10'000u);
  EXPECT_LE(after->octets(), kStoreOctetsMin);
  size_t popular = 0;
  size_t newest = 0;
  for (uint32_t i = 0; i < 2000; ++i) {
    const wire::Name name = MakeName(std::to_string(i) + ".many.test");
    if (after->Find(name, KeySpace::kData, wire::RRType::kA)) ++popular;
    const wire::Name recent = MakeName(std::to_string(99'999 - i) + ".many.test");
    if (after->Find(recent, KeySpace::kData, wire::RRType::kA)) ++newest;
  }
  EXPECT_EQ(popular, 2000u);
  EXPECT_EQ(newest, 2000u);
}

TEST(SnapshotTest, WhatIsThereAlreadyStays) {
  const auto before = MakeStore();
  Entries(before.get()).PutAddress("www.test");
  const MemoryFile file;
  WriteTo(before.get(), file.fd());
  const auto after = MakeStore(kStoreOctetsMin, 4);
  const OwnedEntry newer = MakeRRset(MakeName("www.test"), "\4\3\2\1", {.now = kReadAt});
  ASSERT_EQ(after->Put(newer.bytes(), kReadAt), PutOutcome::kStored);
  ReadFrom(file.fd(), after.get());
  EXPECT_EQ(FirstRecord(after->Find(MakeName("www.test"), KeySpace::kData, wire::RRType::kA)),
            "\4\3\2\1");
  EXPECT_EQ(after->Statistics().entries, 1u);
}

TEST(SnapshotTest, StoreGoesOnAfterReading) {
  const auto before = MakeStore();
  Entries(before.get()).PutMany(0, 5'000);
  const MemoryFile file;
  WriteTo(before.get(), file.fd());
  const auto after = MakeStore(kStoreOctetsMin, 3);
  ReadFrom(file.fd(), after.get());
  debug_checks.store(true);
  for (uint32_t i = 0; i < 60'000; ++i) {
    const OwnedEntry entry =
        MakeRRset(MakeName(std::to_string(i) + ".later.test"), kAddress, {.now = kReadAt});
    ASSERT_EQ(after->Put(entry.bytes(), kReadAt), PutOutcome::kStored);
  }
  // Where entries were restored to is gone by now.
  const auto reader = after->Register();
  EXPECT_GT(ReadFrom(file.fd(), after.get()).read.left_out, 0u);
  after->EraseIf([](EntryView) { return true; });
  EXPECT_EQ(after->Statistics().entries, 0u);
  for (uint32_t i = 0; i < 60'000; ++i) {
    reader->Quiescent();
    const OwnedEntry entry =
        MakeRRset(MakeName(std::to_string(i) + ".third.test"), kAddress, {.now = kReadAt});
    ASSERT_EQ(after->Put(entry.bytes(), kReadAt), PutOutcome::kStored);
    const EntryView kept = after->Find(entry.view().name(), KeySpace::kData, wire::RRType::kA);
    ASSERT_TRUE(kept && IsSoundEntry({kept.bytes(), kept.size()}));
  }
  debug_checks.store(kDebugBuild);
  EXPECT_LE(after->octets(), kStoreOctetsMin);
}

// The file's head is written last.
TEST(SnapshotTest, UnfinishedFileIsRefused) {
  const auto before = MakeStore();
  Entries(before.get()).PutAll();
  const MemoryFile file;
  const SnapshotWritten written =
      WriteSnapshot(before.get(), file.fd(), {.now = kWrittenAt}, &OwnSeal, 1, &Never);
  EXPECT_EQ(written.result, SnapshotWritten::Result::kStopped);
  const auto after = MakeStore();
  EXPECT_EQ(ReadFrom(file.fd(), after.get()).verdict, SnapshotVerdict::kForeign);
}

TEST(SnapshotTest, FullDiskIsAnError) {
  const auto before = MakeStore();
  Entries(before.get()).PutAll();
  const int fd = memfd_create("full", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  ASSERT_EQ(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), 0);
  const SnapshotWritten written = WriteTo(before.get(), fd);
  EXPECT_EQ(written.result, SnapshotWritten::Result::kFailed);
  EXPECT_EQ(written.error, EPERM);
  close(fd);
}

class DamagedSnapshotTest : public testing::Test {
 protected:
  DamagedSnapshotTest() {
    const auto store = MakeStore();
    Entries(store.get()).PutAll();
    content_before_ = ContentOf(*store);
    const MemoryFile file;
    WriteTo(store.get(), file.fd());
    content_ = file.Content();
  }
  // Nothing wrong may come out of it: all that is read was in the first store.
  SnapshotRead Read(std::string_view content, SnapshotVerdict* verdict) {
    const MemoryFile file(content);
    const auto store = MakeStore();
    const ReadBack back = ReadFrom(file.fd(), store.get());
    *verdict = back.verdict;
    for (const auto& [name, octets] : ContentOf(*store)) {
      bool is_known = false;
      const auto [from, to] = content_before_.equal_range(name);
      for (auto it = from; it != to; ++it) is_known |= it->second == octets;
      EXPECT_TRUE(is_known);
    }
    return back.read;
  }

  std::multimap<std::string, std::string> content_before_;
  std::string content_;
};

TEST_F(DamagedSnapshotTest, TornAtEveryOctet) {
  for (size_t size = 0; size < content_.size(); size += size < 200 || size > 3900 ? 1 : 100) {
    SnapshotVerdict verdict;
    const SnapshotRead read = Read(std::string_view(content_).substr(0, size), &verdict);
    EXPECT_EQ(verdict,
              size < kSnapshotHeaderOctets ? SnapshotVerdict::kForeign : SnapshotVerdict::kGood);
    EXPECT_EQ(read.entries, 0u) << size;
    EXPECT_EQ(read.damaged, size < kSnapshotHeaderOctets ? 0u : 1u);
  }
}

TEST_F(DamagedSnapshotTest, EveryFlippedBitIsFound) {
  for (size_t at = 0; at < content_.size(); at += at < 200 || at > 4000 ? 1 : 97) {
    std::string content = content_;
    content[at] = static_cast<char>(content[at] ^ (1 << at % 8));
    SnapshotVerdict verdict;
    const SnapshotRead read = Read(content, &verdict);
    EXPECT_TRUE(verdict != SnapshotVerdict::kGood || read.damaged == 1) << at;
    EXPECT_EQ(read.entries, 0u) << at;
  }
}

TEST_F(DamagedSnapshotTest, SaysWhyTheFileIsRefused) {
  SnapshotVerdict verdict;
  Read("", &verdict);
  EXPECT_EQ(verdict, SnapshotVerdict::kForeign);
  Read(std::string(kSnapshotHeaderOctets + 100, '#'), &verdict);
  EXPECT_EQ(verdict, SnapshotVerdict::kForeign);
  std::string other = content_;
  ++other[offsetof(SnapshotHeader, entry_layout)];
  Read(other, &verdict);
  EXPECT_EQ(verdict, SnapshotVerdict::kOtherLayout);
  other = content_;
  ++other[offsetof(SnapshotHeader, version)];
  Read(other, &verdict);
  EXPECT_EQ(verdict, SnapshotVerdict::kOtherLayout);
  const MemoryFile file(content_);
  SnapshotHeader header;
  EXPECT_EQ(ReadSnapshotHeader(file.fd(), &OtherSeal, &header), SnapshotVerdict::kWrongSeal);
  EXPECT_EQ(ReadSnapshotHeader(-1, &OwnSeal, &header), SnapshotVerdict::kUnreadable);
}

// The sound blocks of a file with a bad one are used.
TEST(SnapshotTest, OnlyTheDamagedBlockIsLeftOut) {
  const auto before = MakeStore();
  Entries(before.get()).PutMany(0, 3'000);
  const MemoryFile file;
  WriteTo(before.get(), file.fd());
  std::string content = file.Content();
  content[SnapshotBlockOffset(1) + 1000] ^= 1;
  const MemoryFile damaged(content);
  const auto after = MakeStore();
  const SnapshotRead read = ReadFrom(damaged.fd(), after.get()).read;
  EXPECT_EQ(read.damaged, 1u);
  EXPECT_GT(read.entries, 2'000u);
  EXPECT_LT(read.entries, 3'000u);
}

// A block of an earlier file is sealed with the same key.
TEST(SnapshotTest, BlockOfAnotherFileOrPlaceIsDamaged) {
  const auto before = MakeStore();
  Entries(before.get()).PutMany(0, 3'000);
  const MemoryFile file;
  WriteTo(before.get(), file.fd());
  const MemoryFile other;
  WriteSnapshot(before.get(), other.fd(), {.now = kWrittenAt, .number = 10}, &OwnSeal, 1, &Always);
  std::string content = file.Content();
  content.replace(SnapshotBlockOffset(1), kSnapshotStride, other.Content(), SnapshotBlockOffset(1),
                  kSnapshotStride);
  const std::string second = content.substr(SnapshotBlockOffset(2), kSnapshotStride);
  content.replace(SnapshotBlockOffset(0), kSnapshotStride, second);
  const MemoryFile mixed(content);
  const auto after = MakeStore();
  EXPECT_EQ(ReadFrom(mixed.fd(), after.get()).read.damaged, 2u);
}

TEST(SnapshotTest, StopsReadingWhenItIsTold) {
  const auto before = MakeStore();
  Entries(before.get()).PutMany(0, 3'000);
  const MemoryFile file;
  WriteTo(before.get(), file.fd());
  SnapshotHeader header;
  ASSERT_EQ(ReadSnapshotHeader(file.fd(), &OwnSeal, &header), SnapshotVerdict::kGood);
  const auto after = MakeStore();
  const SnapshotRead read =
      ReadSnapshot(file.fd(), header, &OwnSeal, AgeingAfter(0), 1, &Never, after.get());
  EXPECT_EQ(read.skipped, header.blocks);
  EXPECT_EQ(read.entries + read.damaged, 0u);
}

// A file whose head promises much more than there is, with a good seal.
TEST(SnapshotTest, LookingForBlocksStopsWhenItIsTold) {
  const auto before = MakeStore();
  Entries(before.get()).PutMany(0, 10);
  const MemoryFile file;
  WriteTo(before.get(), file.fd());
  SnapshotHeader header;
  ASSERT_EQ(ReadSnapshotHeader(file.fd(), &OwnSeal, &header), SnapshotVerdict::kGood);
  header.blocks = 20'000'000;
  ASSERT_EQ(ftruncate(file.fd(), static_cast<off_t>(SnapshotBlockOffset(header.blocks))), 0);
  const auto after = MakeStore();
  int asked = 0;
  const auto goes_on = [&asked] { return ++asked <= 1000; };
  const SnapshotRead read =
      ReadSnapshot(file.fd(), header, &OwnSeal, AgeingAfter(0), 1, goes_on, after.get());
  EXPECT_EQ(read.skipped, header.blocks);  // and no block was read
}

TEST(SnapshotTest, WhatWasErasedOrReplacedIsNotKept) {
  const auto before = MakeStore();
  Entries entries(before.get());
  entries.PutMany(0, 10);
  entries.PutMany(5, 10);
  EXPECT_TRUE(before->Erase(MakeName("0.many.test"), KeySpace::kData, wire::RRType::kA));
  const MemoryFile file;
  EXPECT_EQ(WriteTo(before.get(), file.fd()).entries, 9u);
}

// While a segment of small is written, what was used there moves to main.
TEST(SnapshotTest, EntryThatMovesMeanwhileIsKept) {
  constexpr uint32_t kMoving = 3'000;
  const auto store = MakeStore();
  Entries entries(store.get());
  entries.PutMany(0, kMoving);
  const auto find = [](const Store& in, uint32_t i) {
    return in.Find(MakeName(std::to_string(i) + ".many.test"), KeySpace::kData, wire::RRType::kA);
  };
  for (uint32_t i = 0; i < kMoving; ++i) find(*store, i);
  uint32_t flood = kMoving;
  const auto move = [&] {
    entries.PutMany(flood, flood + 1000);
    flood += 1000;
    return true;  // the flood never ends, but the writing does
  };
  const MemoryFile file;
  const SnapshotWritten written =
      WriteSnapshot(store.get(), file.fd(), {.now = kWrittenAt, .number = 9}, &OwnSeal, 1, move);
  EXPECT_TRUE(written.is_outrun);
  const auto after = MakeStore(size_t{8} << 20);
  ReadFrom(file.fd(), after.get());
  for (uint32_t i = 0; i < kMoving; ++i) ASSERT_TRUE(find(*after, i)) << i;
}

// A writer replaces entries and pushes others out meanwhile. What stays in the store is in the
// file.
TEST(SnapshotTest, NothingIsLostWhileTheStoreIsInUse) {
  constexpr uint32_t kStaying = 3'000;
  const auto store = MakeStore(size_t{4} << 20);
  Entries(store.get()).PutMany(0, kStaying);
  const auto find = [](const Store& in, uint32_t i) {
    return in.Find(MakeName(std::to_string(i) + ".many.test"), KeySpace::kData, wire::RRType::kA);
  };
  std::atomic<uint32_t> rounds = 0;
  std::atomic<bool> stop = false;
  // The store may lose an entry itself, when readers pin too much.
  std::array<std::atomic<bool>, kStaying> is_lost{};
  std::thread busy([&] {
    const auto reader = store->Register();
    for (; !stop; ++rounds) {
      for (uint32_t i = 0; i < kStaying; ++i) {
        reader->Quiescent();
        if (!find(*store, i)) is_lost[i] = true;
        const OwnedEntry entry =
            MakeRRset(MakeName(std::to_string(i) + ".many.test"), kAddress, {.now = kWrittenAt});
        store->Put(entry.bytes(), kWrittenAt);
        const std::string other = std::to_string(rounds * kStaying + i) + ".flood.test";
        store->Put(MakeRRset(MakeName(other), kAddress, {.now = kWrittenAt}).bytes(), kWrittenAt);
      }
    }
  });
  std::vector<uint32_t> missing;
  for (int round = 0; round < 20; ++round) {
    const MemoryFile file;
    const SnapshotWritten written = WriteTo(store.get(), file.fd(), 2);
    EXPECT_EQ(written.result, SnapshotWritten::Result::kWhole);
    // On a busy machine the writing threads may wait while the other one fills the store twice.
    if (written.is_outrun) continue;
    const auto after = MakeStore(size_t{8} << 20);
    EXPECT_EQ(ReadFrom(file.fd(), after.get()).read.damaged, 0u);
    for (uint32_t i = 0; i < kStaying; ++i) {
      if (!find(*after, i)) missing.push_back(i);
    }
  }
  for (const uint32_t seen = rounds; rounds < seen + 2;) std::this_thread::yield();
  stop = true;
  busy.join();
  for (const uint32_t i : missing) EXPECT_TRUE(is_lost[i]) << i;
  EXPECT_LT(missing.size(), kStaying);
}

}  // namespace
}  // namespace tern::cache
