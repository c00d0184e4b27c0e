#include "resolver/dnssec/learn_ranges.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cache/entry.h"
#include "gtest/gtest.h"
#include "tests/resolver/dnssec/denial_records.h"
#include "wire/types.h"

namespace tern::resolver::dnssec {
namespace {

using wire::RRType;

constexpr cache::Instant kTaught(1000);
constexpr uint32_t kTtlOfEntries = 3600;

class LearnRangesTest : public testing::Test {
 protected:
  LearnRangesTest() { verified_.zone = NameOf("example."); }

  // That there is no b.example., by the ranges from a to c and around the wildcard.
  void MakeDenial() {
    cache::EntryBuilder builder(buffer_);
    ASSERT_TRUE(
        builder.StartNxDomain(NameOf("b.example."), NameOf("example."), kTtlOfEntries, kTaught));
    ASSERT_TRUE(builder.AddRecord(RdataOf(RRType::kSOA, "ns. root. 1 2 3 4 3600")));
    AddSignature(&builder, "example.", "SOA 13 1");
    AddRange(&builder, "example.", "a.example. NS SOA RRSIG NSEC");
    AddRange(&builder, "a.example.", "c.example. A RRSIG NSEC");
    ASSERT_FALSE(builder.Finish().empty());
    verified_.soa = true;
    verified_.proofs.set(1);
    verified_.proofs.set(3);
  }
  // What a wildcard made. The first signature is not the one that is good.
  void MakeExpanded() {
    cache::EntryBuilder builder(buffer_);
    ASSERT_TRUE(builder.StartRRset(NameOf("x.y.example."), RRType::kA, kTtlOfEntries, kTaught,
                                   cache::Rank::kAnswerAuthoritative));
    ASSERT_TRUE(builder.AddRecord(RdataOf(RRType::kA, "192.0.2.1")));
    ASSERT_TRUE(builder.AddSignature(SignatureOf("A 13 1")));
    ASSERT_TRUE(builder.AddSignature(SignatureOf("A 13 2")));
    AddRange(&builder, "*.y.example.", "z.example. A RRSIG NSEC");
    ASSERT_FALSE(builder.Finish().empty());
    verified_.labels = 2;
    verified_.proofs.set(0);
  }
  void Stamp(uint32_t ttl_max) {
    cache::Stamp(buffer_.data(), cache::Security::kSecure, ttl_max, kTaught);
  }
  cache::EntryView entry() const { return cache::EntryView(buffer_.data()); }
  void Learn() { LearnRanges(entry(), verified_, kTaught, &index_); }
  AggressiveKind Ask(std::string_view name, cache::Instant at) {
    crypto::Nsec3Hasher hasher;
    HashBudget hashes{&hasher, AggressiveIndex::kHashesMax};
    const wire::NameView zones[] = {verified_.zone};
    AggressiveAnswer answer;
    (void)index_.Answer(zones, NameOf(name), RRType::kA, at, &hashes, &answer);
    return answer.kind();
  }

  VerifiedParts verified_;
  AggressiveIndex index_{1 << 20, 7};
  alignas(8) std::array<uint8_t, cache::kBuiltOctetsMax> buffer_;
  alignas(8) std::array<uint8_t, cache::kBuiltOctetsMax> scratch_;

 private:
  static std::vector<uint8_t> SignatureOf(std::string_view what) {
    return RdataOf(RRType::kRRSIG,
                   std::string(what) + " 300 20261101000000 20261001000000 1 example. AAAA");
  }
  static void AddSignature(cache::EntryBuilder* builder, std::string_view owner,
                           std::string_view what) {
    ASSERT_TRUE(builder->AddProof(NameOf(owner), RRType::kRRSIG, SignatureOf(what)));
  }
  static void AddRange(cache::EntryBuilder* builder, std::string_view owner,
                       std::string_view text) {
    ASSERT_TRUE(builder->AddProof(NameOf(owner), RRType::kNSEC, RdataOf(RRType::kNSEC, text)));
    AddSignature(builder, owner, owner == "example." ? "NSEC 13 1" : "NSEC 13 2");
  }
};

using LearnRangesDeathTest = LearnRangesTest;

TEST_F(LearnRangesTest, NothingLivesLongerThanTheEntryWithItsStamp) {
  MakeDenial();
  Stamp(20);
  Learn();
  EXPECT_EQ(Ask("b.example.", kTaught + 19), AggressiveKind::kNameError);
  EXPECT_EQ(Ask("b.example.", kTaught + 20), AggressiveKind::kNone);
}

TEST_F(LearnRangesTest, NoRangeLivesLongerThanWhatAWildcardMade) {
  MakeExpanded();
  Stamp(20);
  Learn();
  EXPECT_EQ(Ask("w.y.example.", kTaught + 19), AggressiveKind::kWildcard);
  EXPECT_EQ(Ask("w.y.example.", kTaught + 20), AggressiveKind::kNone);
}

TEST_F(LearnRangesTest, WhatNoSignatureProvesIsNotLearnt) {
  MakeDenial();
  Stamp(20);
  verified_.proofs.reset(3);
  Learn();
  EXPECT_EQ(index_.ReadCounts().ranges, 1u);
  EXPECT_EQ(Ask("b.example.", kTaught), AggressiveKind::kNone);
}

TEST_F(LearnRangesTest, WhatAWildcardMadeStandsWhereItsGoodSignatureSays) {
  MakeExpanded();
  Stamp(20);
  const std::span<const uint8_t> octets = AtItsWildcard(entry(), verified_, kTaught, scratch_);
  ASSERT_FALSE(octets.empty());
  const cache::EntryView at_wildcard(octets.data());
  EXPECT_TRUE(at_wildcard.name().Equals(NameOf("*.y.example.")));
  EXPECT_EQ(at_wildcard.signature_count(), 1u);
  EXPECT_EQ(at_wildcard.Remaining(kTaught), 20u);
}

TEST_F(LearnRangesDeathTest, AnEntryWithoutItsStampTeachesNothing) {
  MakeDenial();
  EXPECT_DEATH(Learn(), "broken invariant: entry.security");
  MakeExpanded();
  EXPECT_DEATH((void)AtItsWildcard(entry(), verified_, kTaught, scratch_),
               "broken invariant: rrset.security");
}

}  // namespace
}  // namespace tern::resolver::dnssec
