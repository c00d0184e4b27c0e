#include "cache/entry.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/cache/entry_making.h"
#include "wire/name.h"

namespace tern::cache {
namespace {

using Octets = std::vector<uint8_t>;

class EntryTest : public testing::Test {
 protected:
  alignas(8) std::array<uint8_t, kBuiltOctetsMax + 64> buffer_;
};

TEST_F(EntryTest, AddressRecordOfA25OctetNameTakes56Octets) {
  const wire::Name name = MakeName("host00001.names.example");
  ASSERT_EQ(name.size(), 25u);
  EXPECT_EQ(MakeRRset(name, "abcd").bytes().size(), 56u);
}

TEST_F(EntryTest, AliasTellsItsTarget) {
  const wire::Name target = MakeName("Target.example.test");
  for (const wire::RRType type : {wire::RRType::kCNAME, wire::RRType::kDNAME}) {
    EntryBuilder builder(buffer_);
    ASSERT_TRUE(builder.StartRRset(MakeName("a.test"), type, 60, Instant(1), Rank::kAuthority));
    ASSERT_TRUE(builder.AddRecord(target.view().octets()));
    const std::optional<wire::NameView> found = EntryView(builder.Finish().data()).Target();
    ASSERT_TRUE(found);
    EXPECT_EQ(std::string(found->octets().begin(), found->octets().end()),
              std::string(target.view().octets().begin(), target.view().octets().end()));
  }
}

TEST_F(EntryTest, AliasWithoutARecordHasNoTarget) {
  EntryBuilder builder(buffer_);
  ASSERT_TRUE(builder.StartRRset(MakeName("a.test"), wire::RRType::kCNAME, 60, Instant(1),
                                 Rank::kAuthority));
  EXPECT_FALSE(EntryView(builder.Finish().data()).Target());
}

TEST_F(EntryTest, RRsetKeepsItsFieldsAndTheNamesCase) {
  const wire::Name name = MakeName("WwW.Example.test");
  EntryBuilder builder(buffer_);
  ASSERT_TRUE(builder.StartRRset(name, wire::RRType::kTXT, 60, Instant(1000), Rank::kAuthority));
  ASSERT_TRUE(builder.AddRecord(Octets{1, 2, 3}));
  ASSERT_TRUE(builder.AddRecord(Octets{}));
  const EntryView entry(builder.Finish().data());
  EXPECT_EQ(entry.kind(), EntryKind::kRRset);
  EXPECT_EQ(entry.rank(), Rank::kAuthority);
  EXPECT_EQ(entry.type(), wire::RRType::kTXT);
  EXPECT_EQ(entry.ttl(), 60u);
  EXPECT_EQ(entry.expiry(), Instant(1060));
  EXPECT_TRUE(entry.name().EqualsExactly(name));
  EXPECT_EQ(entry.count(), 2);
  RecordCursor records = entry.Records();
  std::span<const uint8_t> rdata;
  ASSERT_TRUE(records.Next(&rdata));
  EXPECT_EQ(Octets(rdata.begin(), rdata.end()), (Octets{1, 2, 3}));
  ASSERT_TRUE(records.Next(&rdata));
  EXPECT_TRUE(rdata.empty());
  EXPECT_FALSE(records.Next(&rdata));
}

TEST_F(EntryTest, FreshnessEndsAtExpiry) {
  const OwnedEntry entry = MakeRRset(MakeName("a.test"), "abcd", {.ttl = 10, .now = Instant(100)});
  EXPECT_TRUE(entry.view().IsFresh(Instant(109)));
  EXPECT_EQ(entry.view().Remaining(Instant(109)), 1u);
  EXPECT_FALSE(entry.view().IsFresh(Instant(110)));
  EXPECT_EQ(entry.view().Remaining(Instant(110)), 0u);
  EXPECT_EQ(entry.view().Remaining(Instant(4000)), 0u);
}

TEST_F(EntryTest, ExpiryBeyondTheClockSaturates) {
  const OwnedEntry entry =
      MakeRRset(MakeName("a.test"), "abcd", {.ttl = 0xffffffff, .now = Instant(1000)});
  EXPECT_EQ(entry.view().expiry(), Instant(0xffffffff));
}

// RFC 2181 section 5.
TEST_F(EntryTest, DuplicateRecordsAreDropped) {
  EntryBuilder builder(buffer_);
  ASSERT_TRUE(
      builder.StartRRset(MakeName("a.test"), wire::RRType::kA, 1, Instant(1), Rank::kLocal));
  EXPECT_TRUE(builder.AddRecord(Octets{1, 2, 3, 4}));
  EXPECT_TRUE(builder.AddRecord(Octets{1, 2, 3, 5}));
  EXPECT_TRUE(builder.AddRecord(Octets{1, 2, 3, 4}));
  EXPECT_EQ(EntryView(builder.Finish().data()).count(), 2);
}

TEST_F(EntryTest, TakesAtMostRecordsMax) {
  EntryBuilder builder(buffer_);
  ASSERT_TRUE(
      builder.StartRRset(MakeName("a.test"), wire::RRType::kA, 1, Instant(1), Rank::kLocal));
  for (size_t i = 0; i < kRecordsMax; ++i) {
    ASSERT_TRUE(builder.AddRecord(Octets{9, uint8_t(i >> 8), uint8_t(i)}));
  }
  EXPECT_FALSE(builder.AddRecord(Octets{8}));
  EXPECT_TRUE(builder.AddRecord(Octets{9, 0, 0}));  // there already
  const std::span<const uint8_t> bytes = builder.Finish();
  EXPECT_EQ(EntryView(bytes.data()).count(), kRecordsMax);
  EXPECT_TRUE(IsSoundEntry(bytes));
}

TEST_F(EntryTest, RecordThatDoesNotFitLeavesTheEntryAsItWas) {
  EntryBuilder builder(buffer_);
  ASSERT_TRUE(
      builder.StartRRset(MakeName("a.test"), wire::RRType::kTXT, 1, Instant(1), Rank::kLocal));
  ASSERT_TRUE(builder.AddRecord(Octets{1}));
  EXPECT_TRUE(builder.AddRecord(Octets(0xffff, 7)));
  EXPECT_FALSE(builder.AddRecord(Octets(0x2000, 8)));
  EXPECT_FALSE(builder.AddRecord(Octets(0x10000, 9)));
  const std::span<const uint8_t> bytes = builder.Finish();
  EXPECT_EQ(EntryView(bytes.data()).count(), 2);
  // It may be used for an answer, but it is too large to come from anywhere else.
  EXPECT_FALSE(IsSoundEntry(bytes));
}

TEST_F(EntryTest, GrowsToExactlyBuiltOctetsMax) {
  EntryBuilder builder(buffer_);
  const wire::Name name = MakeName("a.test");
  ASSERT_TRUE(builder.StartRRset(name, wire::RRType::kTXT, 1, Instant(1), Rank::kLocal));
  ASSERT_TRUE(builder.AddRecord(Octets(0xfff0, 1)));
  const size_t room = kBuiltOctetsMax - kEntryHeaderOctets - name.size() - 2 - 0xfff0 - 2;
  EXPECT_FALSE(builder.AddRecord(Octets(room + 1)));
  EXPECT_TRUE(builder.AddRecord(Octets(room)));
  EXPECT_EQ(builder.Finish().size(), kBuiltOctetsMax);
}

TEST_F(EntryTest, SmallBufferIsRefusedAndNeverOverrun) {
  const wire::Name name = MakeName("www.example.test");
  for (size_t size = 0; size <= 96; size += 8) {
    buffer_.fill(0xee);
    EntryBuilder builder(std::span(buffer_.data(), size));
    const bool started = builder.StartRRset(name, wire::RRType::kA, 1, Instant(1), Rank::kLocal);
    EXPECT_EQ(started, size >= 48) << size;
    if (started) {
      while (builder.AddRecord(Octets{1, 2, 3, uint8_t(builder.count())})) {
      }
      EXPECT_LE(builder.Finish().size(), size);
    }
    for (size_t i = size; i < size + 64; ++i) ASSERT_EQ(buffer_[i], 0xee) << size;
  }
}

TEST_F(EntryTest, NegativeAnswerKnowsItsSoaOwner) {
  EntryBuilder builder(buffer_);
  ASSERT_TRUE(builder.StartNxDomain(MakeName("a.b.example.test"), MakeName("EXAMPLE.test"), 60,
                                    Instant(1)));
  ASSERT_TRUE(builder.AddRecord(Octets{0, 0, 1}));
  const std::span<const uint8_t> bytes = builder.Finish();
  const EntryView entry(bytes.data());
  EXPECT_EQ(entry.kind(), EntryKind::kNxDomain);
  EXPECT_TRUE(entry.SoaOwner().Equals(MakeName("example.test")));
  EXPECT_EQ(FirstRecord(entry), std::string("\0\0\1", 3));
  EXPECT_TRUE(IsSoundEntry(bytes));
}

TEST_F(EntryTest, DelegationKeepsServersAndAtMostSixAddressesOfAFamily) {
  EntryBuilder builder(buffer_);
  ASSERT_TRUE(builder.StartDelegation(MakeName("example.test"), 3600, Instant(5)));
  Octets ipv4(7 * 4);
  for (size_t i = 0; i < ipv4.size(); ++i) ipv4[i] = static_cast<uint8_t>(i);
  const Octets ipv6(16, 0x20);
  ASSERT_TRUE(builder.AddNameServer(MakeName("ns1.example.test"), ipv4, ipv6));
  ASSERT_TRUE(builder.AddNameServer(MakeName("ns.elsewhere.test"), {}, {}));
  EXPECT_FALSE(builder.AddRecord(Octets{1}));
  const std::span<const uint8_t> bytes = builder.Finish();
  ASSERT_TRUE(IsSoundEntry(bytes));
  NameServerCursor servers = EntryView(bytes.data()).NameServers();
  NameServerView server;
  ASSERT_TRUE(servers.Next(&server));
  EXPECT_TRUE(server.name.Equals(MakeName("ns1.example.test")));
  EXPECT_EQ(Octets(server.ipv4.begin(), server.ipv4.end()), Octets(ipv4.begin(), ipv4.end() - 4));
  EXPECT_EQ(Octets(server.ipv6.begin(), server.ipv6.end()), ipv6);
  ASSERT_TRUE(servers.Next(&server));
  EXPECT_TRUE(server.name.Equals(MakeName("ns.elsewhere.test")));
  EXPECT_TRUE(server.ipv4.empty());
  EXPECT_TRUE(server.ipv6.empty());
  EXPECT_FALSE(servers.Next(&server));
}

TEST_F(EntryTest, DelegationTakesAtMostThirteenServers) {
  EntryBuilder builder(buffer_);
  ASSERT_TRUE(builder.StartDelegation(MakeName("test"), 1, Instant(1)));
  for (size_t i = 0; i < kNameServersMax; ++i) {
    ASSERT_TRUE(builder.AddNameServer(MakeName("ns" + std::to_string(i)), {}, {}));
  }
  EXPECT_FALSE(builder.AddNameServer(MakeName("one.more"), {}, {}));
  EXPECT_EQ(builder.count(), kNameServersMax);
}

TEST_F(EntryTest, FailureCountsAndTellsWhy) {
  EntryBuilder builder(buffer_);
  ASSERT_TRUE(builder.StartFailure(MakeName("bad.test"), wire::RRType::kMX,
                                   wire::ExtendedError::kNoReachableAuthority, 3, 5, Instant(1)));
  const std::span<const uint8_t> bytes = builder.Finish();
  const EntryView entry(bytes.data());
  EXPECT_TRUE(IsSoundEntry(bytes));
  EXPECT_EQ(entry.FailuresInARow(), 3);
  EXPECT_EQ(entry.Error(), wire::ExtendedError::kNoReachableAuthority);
  EXPECT_EQ(entry.type(), wire::RRType::kMX);
}

std::vector<OwnedEntry> OneOfEachKind() {
  alignas(8) std::array<uint8_t, 2048> buffer;
  EntryBuilder builder(buffer);
  std::vector<OwnedEntry> entries;
  const wire::Name name = MakeName("www.sub.example.test");
  entries.push_back(MakeRRset(name, "abcd"));
  EXPECT_TRUE(builder.StartNoData(name, wire::RRType::kMX, MakeName("test"), 1, Instant(1)));
  EXPECT_TRUE(builder.AddRecord(Octets(30, 1)));
  entries.emplace_back(builder.Finish());
  EXPECT_TRUE(builder.StartNxDomain(name, MakeName("example.test"), 1, Instant(1)));
  entries.emplace_back(builder.Finish());
  EXPECT_TRUE(builder.StartDelegation(name, 1, Instant(1)));
  EXPECT_TRUE(builder.AddNameServer(MakeName("ns.test"), Octets(8, 9), Octets(32, 9)));
  EXPECT_TRUE(builder.AddNameServer(MakeName("ns2.test"), Octets(4, 9), {}));
  entries.emplace_back(builder.Finish());
  EXPECT_TRUE(
      builder.StartFailure(name, wire::RRType::kA, wire::ExtendedError::kOther, 1, 1, Instant(1)));
  entries.emplace_back(builder.Finish());
  return entries;
}

// Reads every octet that a reader of the entry would read.
uint64_t ReadAll(EntryView entry) {
  uint64_t sum = entry.name().LabelCount() + entry.ttl();
  switch (entry.kind()) {
    case EntryKind::kNoData:
    case EntryKind::kNxDomain:
      sum += entry.SoaOwner().size();
      [[fallthrough]];
    case EntryKind::kRRset: {
      RecordCursor records = entry.Records();
      std::span<const uint8_t> rdata;
      while (records.Next(&rdata)) {
        for (const uint8_t octet : rdata) sum += octet;
      }
      break;
    }
    case EntryKind::kDelegation: {
      NameServerCursor servers = entry.NameServers();
      NameServerView server;
      while (servers.Next(&server)) {
        sum += server.name.LabelCount();
        for (const uint8_t octet : server.ipv4) sum += octet;
        for (const uint8_t octet : server.ipv6) sum += octet;
      }
      break;
    }
    case EntryKind::kFailure:
      sum += entry.FailuresInARow();
      break;
    case EntryKind::kNxDomainOfType:
      break;
  }
  return sum;
}

// Each mutant is in an allocation of its own size, so the sanitizers see an over-read.
TEST(SoundEntryTest, MutatedEntriesAreRefusedOrSafeToRead) {
  const uint64_t seed = 20240611;
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  const std::vector<OwnedEntry> originals = OneOfEachKind();
  size_t refused = 0;
  size_t accepted = 0;
  uint64_t sum = 0;
  for (int round = 0; round < 200'000; ++round) {
    OwnedEntry mutant = originals[random() % originals.size()];
    const std::span<uint8_t> bytes = mutant.writable();
    for (uint64_t n = 1 + random() % 3; n > 0; --n) {
      bytes[random() % bytes.size()] = static_cast<uint8_t>(random());
    }
    if (!IsSoundEntry(bytes)) {
      ++refused;
      continue;
    }
    ++accepted;
    const EntryView entry(bytes.data());
    ASSERT_EQ(entry.size(), bytes.size());
    sum += ReadAll(entry);
  }
  EXPECT_GT(refused, 1000u);
  EXPECT_GT(accepted, 1000u);
  EXPECT_GT(sum, 0u);
}

TEST(SoundEntryTest, AcceptsWhatTheBuilderMakesAndNoPrefixOfIt) {
  for (const OwnedEntry& entry : OneOfEachKind()) {
    EXPECT_TRUE(IsSoundEntry(entry.bytes()));
    for (size_t size = 0; size < entry.bytes().size(); ++size) {
      EXPECT_FALSE(IsSoundEntry(entry.bytes().first(size))) << size;
    }
  }
}

TEST(SoundEntryTest, RefusesASoaOwnerWithMoreLabelsThanTheName) {
  for (OwnedEntry& entry : std::vector<OwnedEntry>(OneOfEachKind())) {
    if (entry.view().kind() != EntryKind::kNxDomain) continue;
    entry.writable()[22] = 5;
    EXPECT_FALSE(IsSoundEntry(entry.bytes()));
    entry.writable()[22] = 4;
    EXPECT_TRUE(IsSoundEntry(entry.bytes()));
  }
}

// It could be put under a key that no look-up asks for.
TEST(SoundEntryTest, RefusesATypeWhereTheKeySpaceHasNone) {
  for (OwnedEntry& entry : std::vector<OwnedEntry>(OneOfEachKind())) {
    const KeySpace space = SpaceOf(entry.view().kind());
    entry.writable()[12] = 15;
    EXPECT_EQ(IsSoundEntry(entry.bytes()), space == KeySpace::kData || space == KeySpace::kFailure);
  }
}

TEST(KeySpaceTest, DataSharesOneSpaceAndTheRestHaveTheirOwn) {
  EXPECT_EQ(SpaceOf(EntryKind::kRRset), KeySpace::kData);
  EXPECT_EQ(SpaceOf(EntryKind::kNoData), KeySpace::kData);
  EXPECT_EQ(SpaceOf(EntryKind::kNxDomainOfType), KeySpace::kData);
  EXPECT_EQ(SpaceOf(EntryKind::kNxDomain), KeySpace::kNxDomain);
  EXPECT_EQ(SpaceOf(EntryKind::kDelegation), KeySpace::kDelegation);
  EXPECT_EQ(SpaceOf(EntryKind::kFailure), KeySpace::kFailure);
}

using EntryDeathTest = EntryTest;

TEST_F(EntryDeathTest, KindDecidesWhatCanBeAskedOfAnEntry) {
  const OwnedEntry address = MakeRRset(MakeName("a.test"), "abcd");
  EXPECT_DEATH((void)address.view().Target(), "broken contract");
  EXPECT_DEATH((void)address.view().NameServers(), "broken contract");
  EXPECT_DEATH((void)address.view().FailuresInARow(), "broken contract");
}

TEST_F(EntryDeathTest, BufferIsAligned) {
  EXPECT_DEATH(EntryBuilder(std::span(buffer_).subspan(1)), "broken contract");
}

TEST_F(EntryDeathTest, SoaOwnerIsTheNameOrAboveIt) {
  EntryBuilder builder(buffer_);
  EXPECT_DEATH((void)builder.StartNxDomain(MakeName("a.example.test"), MakeName("b.example.test"),
                                           60, Instant(1)),
               "broken contract");
}

}  // namespace
}  // namespace tern::cache
