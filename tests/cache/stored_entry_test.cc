#include "cache/stored_entry.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <string_view>

#include "cache/use_mark.h"
#include "tests/cache/entry_making.h"

namespace tern::cache {
namespace {

using wire::RRType;

bool IsSoundWith(RRType type, std::string_view rdata) {
  return IsSoundStoredEntry(MakeRRset(MakeName("www.test"), rdata, {.type = type}).bytes());
}

TEST(StoredEntryTest, RecordsHaveTheShapeOfTheirType) {
  EXPECT_TRUE(IsSoundWith(RRType::kA, "\1\2\3\4"));
  EXPECT_FALSE(IsSoundWith(RRType::kA, "\1\2\3"));
  EXPECT_TRUE(IsSoundWith(RRType::kCNAME, std::string_view("\3www\0", 5)));
  EXPECT_FALSE(IsSoundWith(RRType::kCNAME, std::string_view("\7www\0", 5)));
  EXPECT_FALSE(IsSoundWith(RRType::kCNAME, std::string_view("\xc0\x0c", 2)));
  EXPECT_TRUE(IsSoundWith(RRType{65280}, "anything"));
}

TEST(StoredEntryTest, TypesThatOnlyQueriesHaveAreRefused) {
  for (const RRType type : {RRType::kNone, RRType::kOPT, RRType::kANY, RRType::kTSIG}) {
    EXPECT_FALSE(IsSoundWith(type, "\1\2\3\4"));
  }
}

TEST(StoredEntryTest, SignaturesAndProofsAreLookedAtToo) {
  alignas(8) uint8_t buffer[512];
  const uint8_t four[4] = {1, 2, 3, 4};
  const auto start = [&](EntryBuilder& builder) {
    return builder.StartRRset(MakeName("www.test"), RRType::kA, 300, Instant(1),
                              Rank::kAnswerAuthoritative) &&
           builder.AddRecord(four);
  };
  EntryBuilder with_signature(buffer);
  ASSERT_TRUE(start(with_signature) && with_signature.AddSignature(four));
  EXPECT_FALSE(IsSoundStoredEntry(with_signature.Finish()));
  EntryBuilder with_proof(buffer);
  ASSERT_TRUE(start(with_proof) && with_proof.AddProof(MakeName("test"), RRType::kSOA, four));
  EXPECT_FALSE(IsSoundStoredEntry(with_proof.Finish()));
}

TEST(StoredEntryTest, DenialHasOneSoaOrNone) {
  alignas(8) uint8_t buffer[512];
  const auto is_sound = [&](std::initializer_list<std::string> records) {
    EntryBuilder builder(buffer);
    EXPECT_TRUE(builder.StartNxDomain(MakeName("www.test"), MakeName("test"), 300, Instant(1)));
    for (const std::string& rdata : records) {
      EXPECT_TRUE(
          builder.AddRecord({reinterpret_cast<const uint8_t*>(rdata.data()), rdata.size()}));
    }
    return IsSoundStoredEntry(builder.Finish());
  };
  const std::string soa(22, '\0');
  EXPECT_TRUE(is_sound({}));
  EXPECT_TRUE(is_sound({soa}));
  EXPECT_FALSE(is_sound({soa, std::string(21, '\0') + '\1'}));
  EXPECT_FALSE(is_sound({"short"}));
}

TEST(StoredEntryTest, FailuresAndEmptyRRsetsAreRefused) {
  alignas(8) uint8_t buffer[512];
  EntryBuilder failure(buffer);
  ASSERT_TRUE(failure.StartFailure(MakeName("www.test"), RRType::kA, wire::ExtendedError::kOther, 1,
                                   300, Instant(1)));
  EXPECT_FALSE(IsSoundStoredEntry(failure.Finish()));
  EntryBuilder empty(buffer);
  ASSERT_TRUE(
      empty.StartRRset(MakeName("www.test"), RRType::kA, 300, Instant(1), Rank::kAuthority));
  EXPECT_FALSE(IsSoundStoredEntry(empty.Finish()));
}

// A time that the clock of this process cannot tell is too old.
TEST(StoredEntryTest, AgesByTheShift) {
  const auto aged = [](int64_t shift, Instant now) {
    OwnedEntry entry =
        MakeRRset(MakeName("www.test"), "\1\2\3\4", {.ttl = 300, .now = Instant(700)});
    const Ageing ageing{.shift = shift, .now = now, .max_stale = 1000, .ttl = {}};
    return Age(entry.writable().data(), ageing) ? entry.view().expiry() : Instant();
  };
  EXPECT_EQ(aged(0, Instant(700)), Instant(1000));
  EXPECT_EQ(aged(-999, Instant(10)), Instant(1));
  EXPECT_EQ(aged(-1000, Instant(10)), Instant());
  EXPECT_EQ(aged(0, Instant(2000)), Instant(1000));
  EXPECT_EQ(aged(0, Instant(2001)), Instant());
  EXPECT_EQ(aged(INT32_MAX, Instant(700)), Instant(1000));  // never longer than its TTL
}

// A snapshot of an earlier version is read only when an entry's octets mean the same. If this
// fails, kEntryLayoutVersion has to go up, and these octets change.
TEST(StoredEntryTest, LayoutIsTheOneOfItsVersion) {
  OwnedEntry entry = MakeRRset(MakeName("ab"), "\1\2\3\4", {.ttl = 0x0a0b0c0d, .now = Instant(1)});
  Stamp(entry.writable().data(), Security::kInsecure, UINT32_MAX, Instant(1), WhyInsecure::kExempt);
  const std::string octets(entry.bytes().begin(), entry.bytes().end());
  static_assert(kEntryLayoutVersion == 1);
  EXPECT_EQ(octets, std::string("\0\0\0\0\x0e\x0c\x0b\x0a\x0d\x0c\x0b\x0a\1\0\5\0"
                                "\x40\x34\0\4\1\0\0\0\2ab\0\4\0\1\2\3\4\0\0\0\0\0\0",
                                40));
  static_assert(static_cast<int>(EntryKind::kNxDomainOfType) == 5 &&
                static_cast<int>(Security::kSecure) == 4 && static_cast<int>(Rank::kLocal) == 5 &&
                static_cast<int>(WhyInsecure::kExempt) == 4 && kUsedMax == 3);
}

}  // namespace
}  // namespace tern::cache
