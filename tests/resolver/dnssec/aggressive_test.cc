#include "resolver/dnssec/aggressive.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/resolver/dnssec/learnt_zone.h"
#include "tests/resolver/dnssec/model_zone.h"
#include "wire/presentation.h"

namespace tern::resolver::dnssec {
namespace {

using wire::RRType;

constexpr cache::Instant kStart(1000);
constexpr size_t kRoom = size_t{1} << 20;

class AggressiveTest : public testing::Test {
 protected:
  AggressiveTest() : index_(kRoom, 42), model_("example.") {
    model_.Put(NameOf("a.example."), {RRType::kA});
    model_.Put(NameOf("d.example."), {RRType::kDNAME});
    model_.Put(NameOf("insecure.example."), {RRType::kNS});
    model_.Put(NameOf("*.w.example."), {RRType::kMX});
    model_.Put(NameOf("x.y.example."), {RRType::kA});
  }

  void LearnNsec() {
    model_.AddNsecChain(&records_);
    LearnAll(&index_, model_.apex(), records_, now_);
  }
  void LearnNsec3(const Nsec3Form& form) {
    RecordList chain;
    model_.AddNsec3Chain(form, &chain);
    LearnAll(&index_, model_.apex(), chain, now_);
  }

  AggressiveKind Ask(std::string_view name, RRType type = RRType::kA,
                     std::string_view zone = "example.") {
    const wire::Name apex = NameOf(zone);
    const wire::NameView zones[] = {apex};
    const bool found = index_.Answer(zones, NameOf(name), type, now_, &hashes_, &answer_);
    return found ? answer_.kind() : AggressiveKind::kNone;
  }
  std::vector<std::string> Owners() const {
    std::vector<std::string> owners;
    for (const AggressiveAnswer::Record& record : answer_.records()) {
      owners.push_back(wire::ToText(record.owner) + " " + wire::ToText(record.type));
    }
    return owners;
  }

  AggressiveIndex index_;
  ModelZone model_;
  RecordList records_;
  cache::Instant now_ = kStart;
  crypto::Nsec3Hasher hasher_;
  HashBudget hashes_{&hasher_, 1000};
  AggressiveAnswer answer_;
};

TEST_F(AggressiveTest, AnEmptyIndexSaysNothing) {
  EXPECT_EQ(Ask("q.example."), AggressiveKind::kNone);
  EXPECT_EQ(index_.ReadCounts().octets, 0u);
}

TEST_F(AggressiveTest, ANameErrorComesWithItsProof) {
  LearnNsec();
  ASSERT_EQ(Ask("b.example."), AggressiveKind::kNameError);
  EXPECT_EQ(Owners(),
            (std::vector<std::string>{"example. SOA", "a.example. NSEC", "example. NSEC"}));
  EXPECT_EQ(answer_.zone(), model_.apex());
  EXPECT_EQ(answer_.expiry(), kStart + 300);
  for (const AggressiveAnswer::Record& record : answer_.records()) {
    cache::RecordCursor cursor = record.records();
    std::span<const uint8_t> octets;
    ASSERT_TRUE(cursor.Next(&octets));
    ASSERT_TRUE(cursor.Next(&octets));
    EXPECT_TRUE(std::ranges::equal(octets, kFakeSignature));
    EXPECT_FALSE(cursor.Next(&octets));
  }
  EXPECT_EQ(index_.ReadCounts().name_errors, 1u);
}

TEST_F(AggressiveTest, OneRangeMayDenyNameAndWildcard) {
  records_.Nsec("example.", "m.example. NS SOA RRSIG NSEC DNSKEY");
  LearnAll(&index_, model_.apex(), records_, now_);
  ASSERT_EQ(Ask("b.example."), AggressiveKind::kNameError);
  EXPECT_EQ(Owners(), (std::vector<std::string>{"example. SOA", "example. NSEC"}));
}

TEST_F(AggressiveTest, NoDataAtNamesEmptyOnesAndWildcards) {
  LearnNsec();
  EXPECT_EQ(Ask("a.example.", RRType::kMX), AggressiveKind::kNoData);
  EXPECT_EQ(Ask("a.example.", RRType::kA), AggressiveKind::kNone);
  EXPECT_EQ(Ask("y.example."), AggressiveKind::kNoData);
  EXPECT_EQ(Ask("w.example."), AggressiveKind::kNoData);
  EXPECT_EQ(Ask("q.w.example."), AggressiveKind::kNoData);
  EXPECT_EQ(Ask("insecure.example.", RRType::kDS), AggressiveKind::kNoData);
  EXPECT_EQ(index_.ReadCounts().no_data, 5u);
}

TEST_F(AggressiveTest, AWildcardAnswersForAName) {
  LearnNsec();
  ASSERT_EQ(Ask("p.q.w.example.", RRType::kMX), AggressiveKind::kWildcard);
  EXPECT_EQ(answer_.wildcard(), NameOf("*.w.example."));
  EXPECT_EQ(Owners(), (std::vector<std::string>{"*.w.example. NSEC"}));
  EXPECT_EQ(index_.ReadCounts().wildcards, 1u);
}

TEST_F(AggressiveTest, WithoutTheWildcardsRangeItMayExist) {
  records_.Nsec("a.example.", "d.example. A RRSIG NSEC");
  LearnAll(&index_, model_.apex(), records_, now_);
  ASSERT_EQ(Ask("b.example."), AggressiveKind::kWildcard);
  EXPECT_EQ(answer_.wildcard(), NameOf("*.example."));
}

TEST_F(AggressiveTest, NothingIsSaidBelowACutOrADname) {
  LearnNsec();
  for (const char* name : {"q.insecure.example.", "insecure.example.", "q.d.example."}) {
    EXPECT_EQ(Ask(name), AggressiveKind::kNone) << name;
  }
}

TEST_F(AggressiveTest, AZoneSaysNothingAboutItsOwnDs) {
  LearnNsec();
  EXPECT_EQ(Ask("example.", RRType::kDS), AggressiveKind::kNone);
  EXPECT_EQ(Ask("example.", RRType::kMX), AggressiveKind::kNoData);
}

TEST_F(AggressiveTest, TypesThatNoBitmapDeniesAreAsked) {
  LearnNsec();
  for (const RRType type : {RRType::kANY, RRType::kRRSIG, RRType::kNXNAME}) {
    EXPECT_EQ(Ask("y.example.", type), AggressiveKind::kNone);
  }
}

TEST_F(AggressiveTest, HashedRangesAnswerToo) {
  LearnNsec3({.iterations = 1, .salt = "salt"});
  EXPECT_EQ(Ask("b.example."), AggressiveKind::kNameError);
  EXPECT_EQ(Ask("a.example.", RRType::kMX), AggressiveKind::kNoData);
  EXPECT_EQ(Ask("y.example."), AggressiveKind::kNoData);
  EXPECT_EQ(Ask("q.w.example."), AggressiveKind::kNoData);
  EXPECT_EQ(Ask("q.w.example.", RRType::kMX), AggressiveKind::kWildcard);
  EXPECT_EQ(Ask("q.insecure.example."), AggressiveKind::kNone);
  EXPECT_EQ(Ask("q.d.example."), AggressiveKind::kNone);
}

TEST_F(AggressiveTest, TheHashesOfTheZonesNameAreKnownTheSecondTime) {
  LearnNsec3({});
  hashes_.left = 10;
  EXPECT_EQ(Ask("b.example."), AggressiveKind::kNameError);
  EXPECT_EQ(hashes_.left, 7);
  EXPECT_EQ(Ask("c.example."), AggressiveKind::kNameError);
  EXPECT_EQ(hashes_.left, 6);
}

TEST_F(AggressiveTest, ASearchComputesFewHashes) {
  LearnNsec3({});
  EXPECT_EQ(Ask("1.2.3.4.5.6.7.8.9.example."), AggressiveKind::kNone);
  EXPECT_EQ(hashes_.left, 1000 - AggressiveIndex::kHashesMax);
  hashes_.left = 1;
  EXPECT_EQ(Ask("b.example."), AggressiveKind::kNone);
  EXPECT_EQ(hashes_.left, 0);
}

TEST_F(AggressiveTest, AnOptOutRangeDeniesNoName) {
  LearnNsec3({.opt_out = true});
  EXPECT_EQ(Ask("b.example."), AggressiveKind::kNone);
  EXPECT_EQ(Ask("q.w.example."), AggressiveKind::kNone);
  EXPECT_EQ(Ask("insecure.example.", RRType::kDS), AggressiveKind::kNone);
  EXPECT_EQ(Ask("a.example.", RRType::kMX), AggressiveKind::kNoData);  // what it matches
}

// A chain may have both kinds of range.
TEST_F(AggressiveTest, AnOptOutRangeDeniesNoWildcard) {
  RecordList chain;
  model_.AddNsec3Chain({}, &chain);
  const crypto::Nsec3Hash wildcard = *hasher_.Hash(NameOf("*.example."), {}, 0);
  const auto covers = [&](const DenialRecord& record, const crypto::Nsec3Hash& hash) {
    return ReadNsec3Range(model_.apex(), record)->Covers(hash);
  };
  for (const DenialRecord& record : chain.records()) {
    std::vector<uint8_t> rdata(record.rdata.begin(), record.rdata.end());
    if (covers(record, wildcard)) rdata[1] = 1;  // the flags
    records_.Add(record.owner, record.type, rdata);
  }
  LearnAll(&index_, model_.apex(), records_, now_);
  int in_other_ranges = 0;
  for (char label = 'e'; label <= 'u'; ++label) {
    const std::string name = std::string(1, label) + ".example.";
    const crypto::Nsec3Hash hash = *hasher_.Hash(NameOf(name), {}, 0);
    for (const DenialRecord& record : chain.records()) {
      in_other_ranges += covers(record, hash) && !covers(record, wildcard) ? 1 : 0;
    }
    EXPECT_EQ(Ask(name), AggressiveKind::kNone) << name;
  }
  EXPECT_GT(in_other_ranges, 0);
}

TEST_F(AggressiveTest, RangesWithAnotherSaltReplaceTheOldOnes) {
  LearnNsec3({.salt = "old"});
  const uint64_t ranges = index_.ReadCounts().ranges;
  ASSERT_EQ(Ask("b.example."), AggressiveKind::kNameError);
  LearnNsec3({.salt = "new"});
  EXPECT_EQ(index_.ReadCounts().ranges, ranges);
  EXPECT_EQ(Ask("b.example."), AggressiveKind::kNameError);
}

TEST_F(AggressiveTest, RangesOfTooManyIterationsAreNotKept) {
  LearnNsec3({.iterations = kNsec3IterationsMax + 1});
  EXPECT_EQ(index_.ReadCounts().octets, 0u);
}

// RFC 9824 section 3: the next name is the very next one.
TEST_F(AggressiveTest, RangesThatCoverNothingAreNotKept) {
  records_.Nsec("q.example.", "\\000.q.example. RRSIG NSEC NXNAME")
      .Nsec("example.", "\\000.example. NS SOA RRSIG NSEC");
  // RFC 7129 appendix B: one hash before and one behind.
  RecordList whole;
  model_.AddNsec3Chain({}, &whole);
  const DenialRecord& record = whole.records()[0];
  std::vector<uint8_t> rdata(record.rdata.begin(), record.rdata.end());
  crypto::Nsec3Hash next = *crypto::FromNsec3Label(record.owner.FirstLabel());
  next.back() = static_cast<uint8_t>(next.back() | 3);
  std::ranges::copy(next, rdata.begin() + 6);
  records_.Add(record.owner, RRType::kNSEC3, rdata);
  LearnAll(&index_, model_.apex(), records_, now_);
  EXPECT_EQ(index_.ReadCounts().ranges, 0u);
  EXPECT_EQ(index_.ReadCounts().zones, 0u);
  EXPECT_EQ(index_.ReadCounts().octets, 0u);
}

TEST_F(AggressiveTest, RecordsThatAreNotSoundAreNotKept) {
  records_.Nsec("a.example.", "b.test. A RRSIG NSEC")
      .Nsec("m.example.", "c.example. A RRSIG NSEC")
      .Nsec("sub.example.", "t.example. NS SOA RRSIG NSEC");
  LearnAll(&index_, model_.apex(), records_, now_);
  EXPECT_EQ(index_.ReadCounts().ranges, 0u);
}

TEST_F(AggressiveTest, AnSoaMustBeOfTheZone) {
  records_.Nsec("example.", "m.example. NS SOA RRSIG NSEC");
  const std::vector<VerifiedRecord> ranges = {Verified(records_.records()[0], now_ + 300)};
  const SignedSoa other(NameOf("other."));
  index_.Learn(model_.apex(), other.Until(now_ + 300), ranges, now_);
  const SignedSoa soa(model_.apex());
  VerifiedRecord malformed = soa.Until(now_ + 300);
  malformed.rdata = malformed.rdata.first(10);
  index_.Learn(model_.apex(), malformed, ranges, now_);
  EXPECT_EQ(index_.ReadCounts().ranges, 0u);
}

TEST_F(AggressiveTest, NothingIsSaidAfterItsTime) {
  LearnNsec();
  now_ = kStart + 299;
  EXPECT_EQ(Ask("b.example."), AggressiveKind::kNameError);
  now_ = kStart + 300;
  EXPECT_EQ(Ask("b.example."), AggressiveKind::kNone);
}

// RFC 8198 section 5.4, RFC 9077.
TEST_F(AggressiveTest, NothingLivesLongerThanTheSoasMinimum) {
  records_.Nsec("example.", "m.example. NS SOA RRSIG NSEC");
  const std::vector<VerifiedRecord> ranges = {Verified(records_.records()[0], now_ + 300)};
  const SignedSoa soa(model_.apex(), 60);
  index_.Learn(model_.apex(), soa.Until(now_ + 300), ranges, now_);
  ASSERT_EQ(Ask("b.example."), AggressiveKind::kNameError);
  EXPECT_EQ(answer_.expiry(), kStart + 60);
  now_ = kStart + 60;
  EXPECT_EQ(Ask("b.example."), AggressiveKind::kNone);
}

TEST_F(AggressiveTest, ANewRangeReplacesWhatItContradicts) {
  RecordList before;
  before.Nsec("example.", "m.example. NS SOA RRSIG NSEC").Nsec("m.example.", "example. A NSEC");
  LearnAll(&index_, model_.apex(), before, now_);
  ASSERT_EQ(Ask("b.example."), AggressiveKind::kNameError);
  RecordList added;  // b is new, and m is gone
  added.Nsec("b.example.", "example. A RRSIG NSEC");
  LearnAll(&index_, model_.apex(), added, now_);
  EXPECT_EQ(index_.ReadCounts().ranges, 1u);
  EXPECT_EQ(Ask("b.example."), AggressiveKind::kNone);
  EXPECT_EQ(Ask("a.example."), AggressiveKind::kNone);
  EXPECT_EQ(Ask("n.example."), AggressiveKind::kWildcard);
}

TEST_F(AggressiveTest, AZoneThatContradictsItselfIsSwitchedOffForSomeTime) {
  LearnNsec();
  EXPECT_TRUE(index_.Denies(model_.apex(), NameOf("b.example."), RRType::kA, now_, &hashes_));
  EXPECT_TRUE(index_.Denies(model_.apex(), NameOf("a.example."), RRType::kMX, now_, &hashes_));
  EXPECT_FALSE(index_.Denies(model_.apex(), NameOf("a.example."), RRType::kA, now_, &hashes_));
  EXPECT_FALSE(index_.Denies(model_.apex(), NameOf("q.w.example."), RRType::kMX, now_, &hashes_));
  index_.OnContradiction(model_.apex(), now_);
  EXPECT_EQ(index_.ReadCounts().contradictions, 1u);
  EXPECT_EQ(index_.ReadCounts().octets, 0u);
  LearnAll(&index_, model_.apex(), records_, now_);
  EXPECT_EQ(Ask("b.example."), AggressiveKind::kNone);
  EXPECT_EQ(index_.ReadCounts().ranges, 0u);
  now_ += AggressiveIndex::kOffSeconds;
  LearnAll(&index_, model_.apex(), records_, now_);
  EXPECT_EQ(Ask("b.example."), AggressiveKind::kNameError);
}

TEST_F(AggressiveTest, TheFirstZoneThatCanAnswers) {
  LearnNsec();
  const wire::Name child = NameOf("b.example.");
  const wire::NameView zones[] = {child, model_.apex()};
  ASSERT_TRUE(index_.Answer(zones, NameOf("q.b.example."), RRType::kA, now_, &hashes_, &answer_));
  EXPECT_EQ(answer_.zone(), model_.apex());
}

TEST_F(AggressiveTest, ClearForgetsAll) {
  LearnNsec();
  index_.Clear();
  EXPECT_EQ(Ask("b.example."), AggressiveKind::kNone);
  EXPECT_EQ(index_.ReadCounts().octets, 0u);
}

TEST_F(AggressiveTest, WithoutRoomNothingIsKept) {
  AggressiveIndex none(0, 42);
  model_.AddNsecChain(&records_);
  LearnAll(&none, model_.apex(), records_, now_);
  EXPECT_EQ(none.ReadCounts().octets, 0u);
}

// A flood of zones: the memory is kept, and what is used stays.
TEST_F(AggressiveTest, TheLeastRecentlyUsedMakesRoom) {
  LearnNsec();
  for (int i = 0; i < 20000; ++i) {
    const std::string zone = "z" + std::to_string(i) + ".test.";
    RecordList flood;
    flood.Nsec(zone, "m." + zone + " NS SOA RRSIG NSEC");
    LearnAll(&index_, NameOf(zone), flood, now_);
    ASSERT_LE(index_.ReadCounts().octets, kRoom);
    ASSERT_EQ(Ask("b.example."), AggressiveKind::kNameError);
  }
  const AggressiveCounts counts = index_.ReadCounts();
  EXPECT_GT(counts.evicted, 10000u);
  EXPECT_GT(counts.octets, kRoom * 9 / 10);
  const RangesUse use = index_.ReadUse();
  EXPECT_EQ(use.octets, counts.octets);
  EXPECT_EQ(use.evicted, counts.evicted);
  EXPECT_GT(use.octets_max, kRoom * 9 / 10);
  EXPECT_LE(use.octets_max, kRoom);
  EXPECT_EQ(Ask("x.y.example.", RRType::kMX), AggressiveKind::kNone);  // which nobody used
}

TEST_F(AggressiveTest, ManyThreadsShareIt) {
  model_.AddNsecChain(&records_);
  std::atomic<int> name_errors = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      crypto::Nsec3Hasher hasher;
      HashBudget hashes{&hasher, 1000};
      AggressiveAnswer answer;
      const wire::Name other = NameOf("z" + std::to_string(i) + ".test.");
      const wire::Name name = NameOf("b.example.");
      const wire::NameView zones[] = {model_.apex()};
      for (int step = 0; step < 300; ++step) {
        LearnAll(&index_, model_.apex(), records_, now_);
        if (index_.Answer(zones, name, RRType::kA, now_, &hashes, &answer)) ++name_errors;
        index_.OnContradiction(other, now_);
        static_cast<void>(index_.ReadCounts());
        if (step % 100 == 99) index_.Clear();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(name_errors, 0);
  EXPECT_EQ(index_.ReadCounts().contradictions, 1200u);
}

TEST_F(AggressiveTest, OneZoneOfManyRangesKeepsItsMemory) {
  for (int i = 10000; i < 30000; i += 2) {
    RecordList flood;
    flood.Nsec(std::to_string(i) + ".example.", std::to_string(i + 1) + ".example. A RRSIG NSEC");
    LearnAll(&index_, model_.apex(), flood, now_);
  }
  EXPECT_LE(index_.ReadCounts().octets, kRoom);
  EXPECT_EQ(index_.ReadCounts().zones, 1u);
  EXPECT_EQ(Ask("29998x.example."), AggressiveKind::kWildcard);
  EXPECT_EQ(Ask("10000x.example."), AggressiveKind::kNone);
}

}  // namespace
}  // namespace tern::resolver::dnssec
