#include "resolver/resolution/learn.h"

#include <gtest/gtest.h>

#include <memory>

#include "resolver/answer/renaming.h"
#include "resolver/upstream/reply_class.h"
#include "tests/support/message_making.h"

namespace tern::resolver::resolution {
namespace {

using cache::EntryKind;
using cache::EntryView;
using cache::KeySpace;
using cache::Rank;
using test::N;
using test::PlainReply;
using test::ReadReply;
using test::RecordLines;
using test::ReplyText;
using test::ServerLines;
using wire::ExtendedError;
using wire::Rcode;
using wire::RRType;

constexpr cache::Instant kNow(1000);
constexpr std::string_view kSoa = "example. 900 SOA ns.example. root.example. 7 3600 600 86400 400";

class LearnTest : public testing::Test {
 protected:
  LearnTest()
      : store_({.memory_octets = size_t{4} << 20, .seed = 7}),
        reader_(store_.Register()),
        learner_(&store_, CacheSettings(), ResolutionLimits()) {}

  // Classifies and learns what the servers of `zone` said about (name, type).
  bool Learn(std::string_view name, RRType type, const ReplyText& text,
             std::string_view zone = "example.", cache::Instant now = kNow) {
    answer_.Clear();
    const ReadReply reply(zone, PlainReply(name, type, text));
    const upstream::ReplyMeaning meaning =
        upstream::ClassifyReply(reply.records(), N(name), type, N(zone), /*forwarded=*/false);
    return learner_.LearnAnswer(reply.records(), meaning, N(name), type, now, &answer_);
  }

  bool LearnReferral(std::string_view name, const ReplyText& text,
                     std::string_view zone = "example.", cache::Instant now = kNow) {
    const ReadReply reply(zone, PlainReply(name, RRType::kA, text));
    const upstream::ReplyMeaning meaning =
        upstream::ClassifyReply(reply.records(), N(name), RRType::kA, N(zone), /*forwarded=*/false);
    if (meaning.reply_class != upstream::ReplyClass::kReferral) return false;
    return !learner_.LearnReferral(reply.records(), meaning, ttl_max_, now).empty();
  }

  EntryView Find(std::string_view name, RRType type, KeySpace space = KeySpace::kData) {
    return store_.Find(N(name), space, type);
  }
  size_t Entries() { return store_.Statistics().entries; }

  cache::Store store_;
  std::unique_ptr<cache::Store::Reader> reader_;
  Learner learner_;
  answer::Answer answer_;
  uint32_t ttl_max_ = UINT32_MAX;  // of delegations
};

TEST_F(LearnTest, KeepsTheRRsetWithItsTtlAndRank) {
  ASSERT_TRUE(Learn("www.example.", RRType::kA,
                    {.answer = "www.example. 300 A 192.0.2.1\nwww.example. 300 A 192.0.2.2"}));
  const EntryView entry = Find("www.example.", RRType::kA);
  ASSERT_TRUE(entry);
  EXPECT_EQ(RecordLines(entry, RRType::kA), "192.0.2.1\n192.0.2.2\n");
  EXPECT_EQ(entry.Remaining(kNow), 300u);
  EXPECT_EQ(entry.rank(), Rank::kAnswerAuthoritative);
  EXPECT_EQ(answer_.count(), 1u);
  ASSERT_TRUE(
      Learn("web.example.", RRType::kA, {.answer = "web.example. 300 A 192.0.2.1", .flags = 0}));
  EXPECT_EQ(Find("web.example.", RRType::kA).rank(), Rank::kAnswerNotAuthoritative);
}

// RFC 2181 section 5.2.
TEST_F(LearnTest, LowestTtlOfTheRRsetCounts) {
  ASSERT_TRUE(Learn("www.example.", RRType::kA,
                    {.answer = "www.example. 300 A 192.0.2.1\nwww.example. 20 A 192.0.2.2\n"
                               "www.example. 5 AAAA 2001:db8::1"}));
  EXPECT_EQ(Find("www.example.", RRType::kA).ttl(), 20u);
}

// RFC 2181 section 8: the top bit makes a TTL zero.
TEST_F(LearnTest, TtlBeyondTheLimitIsZero) {
  test::PlainMessage message =
      PlainReply("www.example.", RRType::kA, {.answer = "www.example. 300 A 192.0.2.1"});
  message.answer[0].ttl = 0x80000000;
  const ReadReply reply("example.", message);
  const upstream::ReplyMeaning meaning =
      upstream::ClassifyReply(reply.records(), N("www.example."), RRType::kA, N("example."), false);
  ASSERT_TRUE(learner_.LearnAnswer(reply.records(), meaning, N("www.example."), RRType::kA, kNow,
                                   &answer_));
  EXPECT_EQ(answer_.at(0).ttl(), 0u);
}

TEST_F(LearnTest, PolicyClampsTtls) {
  learner_.SetPolicy({.ttl = {.min_ttl = 30, .max_ttl = 3600, .max_negative_ttl = 60}},
                     ResolutionLimits());
  ASSERT_TRUE(Learn("a.example.", RRType::kA, {.answer = "a.example. 1 A 192.0.2.1"}));
  EXPECT_EQ(Find("a.example.", RRType::kA).ttl(), 30u);
  ASSERT_TRUE(Learn("b.example.", RRType::kA, {.answer = "b.example. 86400 A 192.0.2.1"}));
  EXPECT_EQ(Find("b.example.", RRType::kA).ttl(), 3600u);
  ASSERT_TRUE(Learn("c.example.", RRType::kA, {.authority = kSoa}));
  EXPECT_EQ(Find("c.example.", RRType::kA).ttl(), 60u);
}

TEST_F(LearnTest, KeepsNothingBesideTheAnswer) {
  ASSERT_TRUE(Learn("www.example.", RRType::kA,
                    {.answer = "www.example. 300 A 192.0.2.1\nother.example. 300 A 192.0.2.66",
                     .authority = "example. 300 NS evil.example.",
                     .additional = "evil.example. 300 A 192.0.2.66\nwww.example. 300 AAAA ::1"}));
  EXPECT_EQ(Entries(), 1u);
  EXPECT_FALSE(Find("example.", RRType::kNone, KeySpace::kDelegation));
}

TEST_F(LearnTest, KeepsTheLinksAndTheEndOfAChain) {
  ASSERT_TRUE(
      Learn("www.example.", RRType::kA,
            {.answer = "www.example. 300 CNAME web.example.\nweb.example. 60 A 192.0.2.1"}));
  EXPECT_EQ(answer_.count(), 2u);
  EXPECT_EQ(RecordLines(Find("www.example.", RRType::kCNAME), RRType::kCNAME), "web.example.\n");
  EXPECT_EQ(Find("web.example.", RRType::kA).ttl(), 60u);
}

TEST_F(LearnTest, BelievesNothingBehindALinkOutOfTheZone) {
  ASSERT_TRUE(Learn("www.example.", RRType::kA,
                    {.answer = "www.example. 300 CNAME www.bank.\nwww.bank. 300 A 192.0.2.66"}));
  EXPECT_EQ(answer_.count(), 1u);
  EXPECT_EQ(Entries(), 1u);
  EXPECT_FALSE(Find("www.bank.", RRType::kA));
}

// RFC 2181 section 10.1.
TEST_F(LearnTest, ASecondAliasAtANameIsLeftOut) {
  ASSERT_TRUE(Learn("www.example.", RRType::kA,
                    {.answer = "www.example. 300 CNAME a.bank.\nwww.example. 300 CNAME b.bank."}));
  EXPECT_EQ(Find("www.example.", RRType::kCNAME).count(), 1);
  EXPECT_EQ(RecordLines(answer_.at(0), RRType::kCNAME), "a.bank.\n");
}

// RFC 6672 section 3.1: the CNAME is made again each time, with the DNAME's TTL, and is not kept.
TEST_F(LearnTest, KeepsTheDnameAndMakesTheAlias) {
  ASSERT_TRUE(Learn("a.old.example.", RRType::kA,
                    {.answer = "old.example. 300 DNAME new.example.\n"
                               "a.old.example. 9999 CNAME a.new.example.\n"
                               "a.new.example. 60 A 192.0.2.1"}));
  ASSERT_EQ(answer_.count(), 3u);
  EXPECT_EQ(answer_.at(0).type(), RRType::kDNAME);
  EXPECT_EQ(answer_.at(1).type(), RRType::kCNAME);
  EXPECT_EQ(answer_.at(1).ttl(), 300u);
  EXPECT_EQ(RecordLines(answer_.at(1), RRType::kCNAME), "a.new.example.\n");
  EXPECT_TRUE(Find("old.example.", RRType::kDNAME));
  EXPECT_FALSE(Find("a.old.example.", RRType::kCNAME));
  answer_.Clear();
  ASSERT_TRUE(answer::AddDname(Find("old.example.", RRType::kDNAME), N("b.c.old.example."),
                               kNow + 100, learner_.scratch(), &answer_));
  EXPECT_EQ(RecordLines(answer_.at(1), RRType::kCNAME), "b.c.new.example.\n");
  EXPECT_EQ(answer_.at(1).Remaining(kNow + 100), 200u);
}

// RFC 6672 section 2.2.
TEST_F(LearnTest, DnameThatOverflowsIsYxDomainFromReplyAndStoreAlike) {
  std::string target;
  for (int i = 0; i < 4; ++i) target += std::string(60, 'x') + ".";
  const std::string answer = "old.example. 300 DNAME " + target;
  ASSERT_TRUE(Learn("abcdefghijklm.old.example.", RRType::kA,
                    {.answer = answer, .rcode = Rcode::kYXDomain}));
  EXPECT_EQ(answer_.rcode(), Rcode::kYXDomain);
  EXPECT_EQ(answer_.count(), 1u);
  answer_.Clear();
  ASSERT_TRUE(answer::AddDname(Find("old.example.", RRType::kDNAME),
                               N("abcdefghijklm.old.example."), kNow, learner_.scratch(),
                               &answer_));
  EXPECT_EQ(answer_.rcode(), Rcode::kYXDomain);
}

// RFC 2308 section 5: the lower of the SOA's TTL and its MINIMUM.
TEST_F(LearnTest, NegativeTtlIsTheLowerOfTtlAndMinimum) {
  ASSERT_TRUE(Learn("gone.example.", RRType::kA, {.authority = kSoa, .rcode = Rcode::kNXDomain}));
  const EntryView gone = Find("gone.example.", RRType::kNone, KeySpace::kNxDomain);
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone.ttl(), 400u);
  EXPECT_TRUE(gone.SoaOwner().Equals(N("example.")));
  EXPECT_EQ(answer_.rcode(), Rcode::kNXDomain);
  ASSERT_TRUE(
      Learn("www.example.", RRType::kMX,
            {.authority = "example. 30 SOA ns.example. root.example. 7 3600 600 86400 400"}));
  EXPECT_EQ(Find("www.example.", RRType::kMX).kind(), EntryKind::kNoData);
  EXPECT_EQ(Find("www.example.", RRType::kMX).ttl(), 30u);
}

// RFC 2308 section 5: without an SOA there is no TTL. It is kept for its type only.
TEST_F(LearnTest, DenialWithoutSoaIsKeptAsLongAsAFailure) {
  ASSERT_TRUE(Learn("gone.example.", RRType::kA, {.rcode = Rcode::kNXDomain}));
  EXPECT_EQ(answer_.rcode(), Rcode::kNXDomain);
  EXPECT_EQ(Find("gone.example.", RRType::kA).kind(), EntryKind::kNxDomainOfType);
  EXPECT_EQ(Find("gone.example.", RRType::kA).ttl(), 5u);
  EXPECT_EQ(Entries(), 1u);
}

TEST_F(LearnTest, DenialWithoutSoaBehindAnAliasIsNotKept) {
  ASSERT_TRUE(Learn("www.example.", RRType::kA,
                    {.answer = "www.example. 300 CNAME gone.example.", .rcode = Rcode::kNXDomain}));
  EXPECT_EQ(answer_.rcode(), Rcode::kNXDomain);
  EXPECT_FALSE(Find("gone.example.", RRType::kA));
  EXPECT_EQ(Entries(), 1u);
  answer_.Clear();
  ASSERT_TRUE(answer::AddEmpty(N("www.example."), RRType::kA, kNow, learner_.scratch(), &answer_));
  EXPECT_EQ(answer_.at(0).kind(), EntryKind::kNoData);
  EXPECT_EQ(Entries(), 1u);
}

TEST_F(LearnTest, DenialBehindAnAliasIsOfTheLastName) {
  ASSERT_TRUE(Learn("www.example.", RRType::kA,
                    {.answer = "www.example. 300 CNAME gone.example.",
                     .authority = kSoa,
                     .rcode = Rcode::kNXDomain}));
  EXPECT_TRUE(Find("gone.example.", RRType::kNone, KeySpace::kNxDomain));
  EXPECT_FALSE(Find("www.example.", RRType::kNone, KeySpace::kNxDomain));
  EXPECT_EQ(answer_.rcode(), Rcode::kNXDomain);
}

// A reply about another name, perhaps a forged one, says that it does not exist.
TEST_F(LearnTest, DenialBehindAnAliasDoesNotDenyANameThatIsKnownToExist) {
  for (const uint16_t flags : {uint16_t{wire::kFlagAA}, uint16_t{0}}) {
    const std::string name = flags == 0 ? "www.example." : "mail.example.";
    ASSERT_TRUE(Learn(name, RRType::kA, {.answer = name + " 300 A 192.0.2.1", .flags = flags}));
    for (const RRType type : {RRType::kMX, RRType::kA}) {
      answer_.Clear();
      ASSERT_TRUE(Learn("other.example.", type,
                        {.answer = "other.example. 300 CNAME " + name,
                         .authority = kSoa,
                         .rcode = Rcode::kNXDomain}));
      EXPECT_EQ(answer_.rcode(), Rcode::kNXDomain);
    }
    // Only an authoritative answer has shown that it exists.
    EXPECT_EQ(static_cast<bool>(Find(name, RRType::kNone, KeySpace::kNxDomain)), flags == 0);
  }
}

TEST_F(LearnTest, EqualRecordsAreOne) {
  ASSERT_TRUE(Learn("www.example.", RRType::kA,
                    {.answer = "www.example. 300 A 192.0.2.1\nwww.example. 300 A 192.0.2.1"}));
  EXPECT_EQ(Find("www.example.", RRType::kA).count(), 1);
}

TEST_F(LearnTest, MoreRecordsThanTheLimitAreRefused) {
  for (const int count : {256, 257}) {
    std::string answer;
    for (int i = 0; i < count; ++i) {
      answer += "www.example. 300 A 10.0." + std::to_string(i / 256) + "." +
                std::to_string(i % 256) + "\n";
    }
    EXPECT_EQ(Learn("www.example.", RRType::kA, {.answer = answer}), count <= 256);
  }
}

// RFC 2181 section 5.4.1: a less trusted reply does not replace an authoritative answer.
TEST_F(LearnTest, AnAuthoritysAnswerOutranksAnother) {
  ASSERT_TRUE(Learn("www.example.", RRType::kA, {.answer = "www.example. 300 A 192.0.2.1"}));
  ASSERT_TRUE(
      Learn("www.example.", RRType::kA, {.answer = "www.example. 300 A 192.0.2.66", .flags = 0}));
  EXPECT_EQ(RecordLines(Find("www.example.", RRType::kA), RRType::kA), "192.0.2.1\n");
}

TEST_F(LearnTest, ReferralKeepsServersAndGlue) {
  ASSERT_TRUE(LearnReferral(
      "www.sub.example.",
      {.authority = "sub.example. 300 NS ns1.sub.example.\nsub.example. 200 NS ns2.sub.example.\n"
                    "sub.example. 300 NS ns.elsewhere.",
       .additional = "ns1.sub.example. 9 A 192.0.2.1\nNS1.sub.example. 9 A 192.0.2.2\n"
                     "ns1.sub.example. 9 AAAA 2001:db8::1\nns2.sub.example. 9 A 192.0.2.3\n"
                     "other.sub.example. 9 A 192.0.2.66",
       .flags = 0}));
  const EntryView cut = Find("sub.example.", RRType::kNone, KeySpace::kDelegation);
  ASSERT_TRUE(cut);
  // The parent's TTL counts, the glue's does not.
  EXPECT_EQ(cut.ttl(), 200u);
  EXPECT_EQ(ServerLines(cut),
            "ns1.sub.example. 192.0.2.1 192.0.2.2 2001:db8::1\nns2.sub.example. 192.0.2.3\n"
            "ns.elsewhere.\n");
  EXPECT_EQ(Entries(), 1u);
}

TEST_F(LearnTest, ADelegationLivesNoLongerThanTheOneAboveIt) {
  for (const auto& [limit, ttl] : {std::pair{200u, 200u}, {400u, 300u}, {0u, 0u}}) {
    ttl_max_ = limit;
    ASSERT_TRUE(
        LearnReferral("www.sub.example.", {.authority = "sub.example. 300 NS ns1.sub.example.",
                                           .additional = "ns1.sub.example. 300 A 192.0.2.1",
                                           .flags = 0}));
    EXPECT_EQ(Find("sub.example.", RRType::kNone, KeySpace::kDelegation).ttl(), ttl);
  }
}

TEST_F(LearnTest, GlueOutsideTheZoneIsNotBelieved) {
  ASSERT_TRUE(LearnReferral("www.sub.example.", {.authority = "sub.example. 300 NS ns.bank.",
                                                 .additional = "ns.bank. 300 A 192.0.2.66",
                                                 .flags = 0}));
  EXPECT_EQ(ServerLines(Find("sub.example.", RRType::kNone, KeySpace::kDelegation)), "ns.bank.\n");
}

TEST_F(LearnTest, NamesBelowABlockListTakeNoRoomFromOthers) {
  learner_.SetPolicy(CacheSettings(), ResolutionLimits(),
                     policy::BlockLists({{.zone = N("list.example.")}}));
  ASSERT_TRUE(Learn("www.example.", RRType::kA, {.answer = "www.example. 300 A 192.0.2.1"}));
  size_t asked = 0;
  // More than there is room for.
  while (store_.Statistics().evictions() < 1000) {
    ASSERT_LT(asked, 100'000u);
    const std::string name = "n" + std::to_string(asked++) + ".list.example.";
    ASSERT_TRUE(Learn(name, RRType::kA, {.authority = kSoa, .rcode = Rcode::kNXDomain}));
    reader_->Quiescent();
  }
  EXPECT_TRUE(Find("www.example.", RRType::kA));
}

TEST_F(LearnTest, AServerThatIsThereTwiceCountsOnce) {
  std::string servers;
  for (int i = 0; i < 30; ++i) servers += "sub.example. 300 NS N1.sub.example.\n";
  servers += "sub.example. 300 NS n1.sub.example.\nsub.example. 300 NS n2.sub.example.\n";
  ASSERT_TRUE(LearnReferral("www.sub.example.", {.authority = servers, .flags = 0}));
  EXPECT_EQ(ServerLines(Find("sub.example.", RRType::kNone, KeySpace::kDelegation)),
            "N1.sub.example.\nn2.sub.example.\n");
}

// NXNSAttack: at most 13 servers, with at most 6 addresses per family.
TEST_F(LearnTest, ReferralIsBounded) {
  std::string servers;
  std::string glue;
  for (int i = 0; i < 40; ++i) {
    const std::string server = "n" + std::to_string(i) + ".sub.example.";
    servers += "sub.example. 300 NS " + server + "\n";
    for (int j = 1; j <= 10; ++j) {
      glue += server + " 300 A 192.0." + std::to_string(i) + "." + std::to_string(j) + "\n";
    }
  }
  ASSERT_TRUE(
      LearnReferral("www.sub.example.", {.authority = servers, .additional = glue, .flags = 0}));
  const EntryView cut = Find("sub.example.", RRType::kNone, KeySpace::kDelegation);
  EXPECT_EQ(cut.count(), cache::kNameServersMax);
  cache::NameServerCursor cursor = cut.NameServers();
  cache::NameServerView server;
  while (cursor.Next(&server)) {
    EXPECT_EQ(server.ipv4.size(), cache::kAddressesPerServerMax * 4);
  }
}

TEST_F(LearnTest, GlueOfTheWrongSizeIsNoAddress) {
  test::PlainMessage message = PlainReply("www.sub.example.", RRType::kA,
                                          {.authority = "sub.example. 300 NS ns.sub.example.",
                                           .additional = "ns.sub.example. 300 A 192.0.2.1",
                                           .flags = 0});
  message.additional[0].rdata.push_back(1);
  const ReadReply reply("example.", message);
  const upstream::ReplyMeaning meaning = upstream::ClassifyReply(
      reply.records(), N("www.sub.example."), RRType::kA, N("example."), false);
  ASSERT_FALSE(learner_.LearnReferral(reply.records(), meaning, ttl_max_, kNow).empty());
  EXPECT_EQ(ServerLines(Find("sub.example.", RRType::kNone, KeySpace::kDelegation)),
            "ns.sub.example.\n");
}

// RFC 9609 section 4.
TEST_F(LearnTest, PrimingMakesTheRootsDelegation) {
  const ReadReply reply(".", PlainReply(".", RRType::kNS,
                                        {.answer = ". 518400 NS a.root.\n. 518400 NS b.root.",
                                         .additional = "a.root. 518400 A 192.0.2.1"}));
  ASSERT_FALSE(learner_.LearnPriming(reply.records(), kNow).empty());
  const EntryView root = Find(".", RRType::kNone, KeySpace::kDelegation);
  ASSERT_TRUE(root);
  EXPECT_EQ(ServerLines(root), "a.root. 192.0.2.1\nb.root.\n");
  EXPECT_EQ(root.ttl(), 86400u);
}

Time At(cache::Instant now) { return Time(std::chrono::seconds(now.seconds())); }

// RFC 9520 section 3.2: backing off from some seconds to five minutes.
TEST_F(LearnTest, FailuresInARowAreKeptLongerAndLonger) {
  cache::Instant now = kNow;
  uint32_t last = 0;
  for (int i = 0; i < 20; ++i) {
    learner_.LearnFailure(N("www.example."), RRType::kA, ExtendedError::kNoReachableAuthority,
                          /*has_stale=*/false, At(now));
    const EntryView failure = Find("www.example.", RRType::kA, KeySpace::kFailure);
    ASSERT_TRUE(failure);
    EXPECT_GE(failure.ttl(), 1u);
    EXPECT_LE(failure.ttl(), 300u);
    EXPECT_GE(failure.ttl(), last);
    EXPECT_EQ(failure.Error(), ExtendedError::kNoReachableAuthority);
    last = failure.ttl();
    now = failure.expiry() + 1;
  }
  EXPECT_EQ(last, 300u);
  learner_.LearnFailure(N("www.example."), RRType::kA, ExtendedError::kOther, false,
                        At(now + 3600));
  EXPECT_EQ(Find("www.example.", RRType::kA, KeySpace::kFailure).ttl(), 5u);
}

// RFC 8767 section 5: no more than a try each 30 seconds.
TEST_F(LearnTest, FailureBesideAStaleAnswerIsKeptThirtySeconds) {
  cache::Instant now = kNow;
  for (const uint32_t ttl : {30u, 30u, 30u, 40u, 80u}) {
    learner_.LearnFailure(N("www.example."), RRType::kA, ExtendedError::kOther, true, At(now));
    EXPECT_EQ(Find("www.example.", RRType::kA, KeySpace::kFailure).ttl(), ttl);
    now += ttl;
  }
}

// It is kept at least that long, and at most five minutes.
TEST_F(LearnTest, FailureInTheMiddleOfASecondIsKeptForItsWholeTime) {
  learner_.SetPolicy({.ttl = {}, .min_failure_ttl = 1, .max_failure_ttl = 300}, ResolutionLimits());
  const Time now = At(kNow) + std::chrono::milliseconds(900);
  learner_.LearnFailure(N("www.example."), RRType::kA, ExtendedError::kOther, false, now);
  EXPECT_EQ(Find("www.example.", RRType::kA, KeySpace::kFailure).expiry(), kNow + 2);
  learner_.SetPolicy({.ttl = {}, .min_failure_ttl = 300, .max_failure_ttl = 300},
                     ResolutionLimits());
  learner_.LearnFailure(N("ftp.example."), RRType::kA, ExtendedError::kOther, false, now);
  EXPECT_EQ(Find("ftp.example.", RRType::kA, KeySpace::kFailure).expiry(), kNow + 300);
}

TEST_F(LearnTest, FailuresAreKeptBetweenTheTimesOfTheSettings) {
  learner_.SetPolicy({.ttl = {}, .min_failure_ttl = 2, .max_failure_ttl = 7}, ResolutionLimits());
  cache::Instant now = kNow;
  for (const uint32_t ttl : {2u, 4u, 7u, 7u}) {
    learner_.LearnFailure(N("www.example."), RRType::kA, ExtendedError::kOther, false, At(now));
    EXPECT_EQ(Find("www.example.", RRType::kA, KeySpace::kFailure).ttl(), ttl);
    now += ttl;
  }
  // Also beside a stale answer.
  learner_.LearnFailure(N("new.example."), RRType::kA, ExtendedError::kOther, true, At(now));
  EXPECT_EQ(Find("new.example.", RRType::kA, KeySpace::kFailure).ttl(), 7u);
}

// RFC 8767 section 4: an authoritative denial replaces what was known, even if the denial itself is
// not kept, as a forwarder's.
TEST_F(LearnTest, DenialThatIsNotKeptEndsWhatIsStale) {
  for (const cache::Instant now : {kNow, kNow + 301}) {
    SCOPED_TRACE(now.seconds());
    test::Put(store_, test::RRset("www.example. 300 A 192.0.2.1", kNow));
    const ReadReply reply("example.",
                          PlainReply("www.example.", RRType::kA, {.rcode = Rcode::kNXDomain}));
    const upstream::ReplyMeaning meaning = upstream::ClassifyReply(
        reply.records(), N("www.example."), RRType::kA, N("example."), /*forwarded=*/true);
    EXPECT_TRUE(learner_.LearnAnswer(reply.records(), meaning, N("www.example."), RRType::kA, now,
                                     nullptr));
    EXPECT_EQ(static_cast<bool>(Find("www.example.", RRType::kA)), now == kNow);
  }
}

TEST_F(LearnTest, StoreIsToldWithoutAnAnswer) {
  const ReadReply reply("example.", PlainReply("www.example.", RRType::kA,
                                               {.answer = "www.example. 300 A 192.0.2.1"}));
  const upstream::ReplyMeaning meaning =
      upstream::ClassifyReply(reply.records(), N("www.example."), RRType::kA, N("example."), false);
  EXPECT_TRUE(
      learner_.LearnAnswer(reply.records(), meaning, N("www.example."), RRType::kA, kNow, nullptr));
  EXPECT_TRUE(Find("www.example.", RRType::kA));
}

}  // namespace
}  // namespace tern::resolver::resolution
