#include "resolver/answer/hot_path.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <memory>

#include "resolver/answer/fixed_answer.h"
#include "tests/support/allocation_count.h"
#include "tests/support/message_making.h"

namespace tern::resolver::answer {
namespace {

using cache::EntryKind;
using test::Lines;
using test::N;
using test::Octets;
using test::PlainMessage;
using test::Query;
using test::RRset;
using wire::Rcode;
using wire::RRClass;
using wire::RRType;

constexpr std::string_view kSoa = "example. 900 SOA ns.example. root.example. 7 3600 600 86400 900";

class HotPathTest : public testing::Test {
 protected:
  HotPathTest() : store_({.memory_octets = cache::kStoreOctetsMin, .seed = 7}) {
    reader_ = store_.Register();
  }

  void Put(std::string_view text, uint32_t now = 1000) {
    test::Put(store_, RRset(text, cache::Instant(now)), cache::Instant(now));
  }
  void PutNegative(EntryKind kind, std::string_view name, RRType type) {
    test::Put(store_, test::Negative(kind, name, type, kSoa));
  }

  HotOutcome Ask(const Octets& query, bool tcp = false, uint32_t now = 1000) {
    reply_.resize(65535);
    ParsedQuery parsed;
    size_t octets = 0;
    ParseQuery(query, store_, &parsed);
    const HotOutcome outcome = AnswerParsed(
        query, parsed, tcp,
        {.store = store_, .now = cache::Instant(now), .trust_anchors = anchors_}, reply_, &octets);
    request_ = parsed.request;
    const bool replied =
        outcome == HotOutcome::kReplied || outcome == HotOutcome::kRepliedRefreshDue;
    reply_.resize(replied ? octets : 0);
    return outcome;
  }

  // The reply to a query that must be answered at once.
  PlainMessage Answer(const Octets& query, bool tcp = false, uint32_t now = 1000) {
    EXPECT_EQ(Ask(query, tcp, now), HotOutcome::kReplied);
    const auto message = PlainMessage::Decode(reply_);
    EXPECT_TRUE(message.has_value());
    return message.value_or(PlainMessage());
  }

  cache::Store store_;
  std::unique_ptr<cache::Store::Reader> reader_;
  Octets reply_;
  Request request_;
  std::vector<std::string> anchors_;
};

TEST_F(HotPathTest, RefreshOfAPopularEntryIsDueOnceInTheLastTenthOfItsTtl) {
  Put("www.example. 300 A 192.0.2.1");
  const Octets query = Query("www.example.", RRType::kA, {.id = 77});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Ask(query, false, 1269), HotOutcome::kReplied);
  const Octets usual = reply_;
  EXPECT_EQ(Ask(query, false, 1270), HotOutcome::kRepliedRefreshDue);
  const Octets due = reply_;
  EXPECT_EQ(Ask(query, false, 1270), HotOutcome::kReplied);
  EXPECT_EQ(due, reply_);
  EXPECT_EQ(due.size(), usual.size());
}

TEST_F(HotPathTest, RefreshIsNotDueForWhatIsHardlyUsed) {
  Put("www.example. 300 A 192.0.2.1");
  const Octets query = Query("www.example.", RRType::kA);
  EXPECT_EQ(Ask(query, false, 1280), HotOutcome::kReplied);
  EXPECT_EQ(Ask(query, false, 1281), HotOutcome::kReplied);
  EXPECT_EQ(Ask(query, false, 1282), HotOutcome::kRepliedRefreshDue);  // its third use
}

TEST_F(HotPathTest, RefreshOfABriefEntryIsNeverDue) {
  Put("www.example. 9 A 192.0.2.1");
  Put("ten.example. 10 A 192.0.2.1");
  for (int i = 0; i < 9; ++i) {
    EXPECT_EQ(Ask(Query("www.example.", RRType::kA), false, 1008), HotOutcome::kReplied);
  }
  for (int i = 0; i < 2; ++i) Ask(Query("ten.example.", RRType::kA), false, 1008);
  EXPECT_EQ(Ask(Query("ten.example.", RRType::kA), false, 1009), HotOutcome::kRepliedRefreshDue);
}

TEST_F(HotPathTest, AnswersWhatIsFresh) {
  Put("www.example. 300 A 192.0.2.1");
  const PlainMessage reply = Answer(Query("www.example.", RRType::kA, {.id = 77}));
  EXPECT_EQ(reply.id, 77);
  EXPECT_EQ(Lines(reply.answer), "www.example. 300 IN A 192.0.2.1\n");
}

TEST_F(HotPathTest, MissesWhatItDoesNotKnowAndSaysWhatToResolve) {
  Put("www.example. 300 A 192.0.2.1");
  const Octets query = Query("www.example.", RRType::kAAAA);
  EXPECT_EQ(Ask(query), HotOutcome::kMiss);
  EXPECT_TRUE(request_.name.Equals(N("www.example.")));
  EXPECT_EQ(request_.type, RRType::kAAAA);
  EXPECT_EQ(Ask(Query("other.example.", RRType::kA)), HotOutcome::kMiss);
}

TEST_F(HotPathTest, TtlCountsDownAndTheLastSecondIsTheLast) {
  Put("www.example. 300 A 192.0.2.1");
  const Octets query = Query("www.example.", RRType::kA);
  EXPECT_EQ(Answer(query, false, 1299).answer[0].ttl, 1u);
  EXPECT_EQ(Ask(query, false, 1300), HotOutcome::kMiss);
  EXPECT_EQ(Ask(query, false, 5000), HotOutcome::kMiss);
}

TEST_F(HotPathTest, TtlZeroIsNeverServedFromCache) {
  Put("www.example. 0 A 192.0.2.1");
  EXPECT_EQ(Ask(Query("www.example.", RRType::kA)), HotOutcome::kMiss);
}

TEST_F(HotPathTest, FollowsAliases) {
  Put("www.example. 300 CNAME web.example.");
  Put("web.example. 300 CNAME host.test.");
  EXPECT_EQ(Ask(Query("www.example.", RRType::kA)), HotOutcome::kMiss);
  Put("host.test. 300 A 192.0.2.5");
  const PlainMessage reply = Answer(Query("www.example.", RRType::kA));
  ASSERT_EQ(reply.answer.size(), 3u);
  EXPECT_EQ(reply.answer[2].ToText(), "host.test. 300 IN A 192.0.2.5");
}

TEST_F(HotPathTest, AnExpiredLinkBreaksTheChain) {
  Put("www.example. 10 CNAME web.example.");
  Put("web.example. 300 A 192.0.2.5");
  EXPECT_EQ(Ask(Query("www.example.", RRType::kA), false, 1010), HotOutcome::kMiss);
}

TEST_F(HotPathTest, AliasItselfIsAnsweredAsAsked) {
  Put("www.example. 300 CNAME web.example.");
  Put("web.example. 300 A 192.0.2.5");
  EXPECT_EQ(Answer(Query("www.example.", RRType::kCNAME)).answer.size(), 1u);
}

TEST_F(HotPathTest, ElevenLinksAreFollowedTwelveAreNot) {
  for (int i = 0; i < 12; ++i) {
    Put("l" + std::to_string(i) + ".example. 300 CNAME l" + std::to_string(i + 1) + ".example.");
  }
  Put("l12.example. 300 A 192.0.2.5");
  EXPECT_EQ(Ask(Query("l0.example.", RRType::kA)), HotOutcome::kMiss);
  EXPECT_EQ(Answer(Query("l1.example.", RRType::kA)).answer.size(), 12u);
}

TEST_F(HotPathTest, ALoopOfAliasesEnds) {
  Put("a.example. 300 CNAME b.example.");
  Put("b.example. 300 CNAME a.example.");
  EXPECT_EQ(Ask(Query("a.example.", RRType::kA)), HotOutcome::kMiss);
}

TEST_F(HotPathTest, AnswersNegatives) {
  PutNegative(EntryKind::kNxDomain, "gone.example.", RRType::kNone);
  PutNegative(EntryKind::kNoData, "www.example.", RRType::kAAAA);
  const PlainMessage gone = Answer(Query("gone.example.", RRType::kMX));
  EXPECT_EQ(gone.rcode, Rcode::kNXDomain);
  EXPECT_EQ(gone.authority.size(), 1u);
  const PlainMessage nodata = Answer(Query("www.example.", RRType::kAAAA));
  EXPECT_EQ(nodata.rcode, Rcode::kNoError);
  EXPECT_EQ(nodata.authority.size(), 1u);
  EXPECT_EQ(Ask(Query("www.example.", RRType::kA)), HotOutcome::kMiss);
}

TEST_F(HotPathTest, ADenialOfAnAliasDoesNotLookLikeOne) {
  PutNegative(EntryKind::kNoData, "www.example.", RRType::kCNAME);
  EXPECT_EQ(Ask(Query("www.example.", RRType::kA)), HotOutcome::kMiss);
}

TEST_F(HotPathTest, DelegationsAndFailuresAreNeverAnswers) {
  test::Put(store_, test::Delegation("example. 300 NS ns.example.", "ns.example. 300 A 192.0.2.1"));
  EXPECT_EQ(Ask(Query("example.", RRType::kNS)), HotOutcome::kMiss);
  EXPECT_EQ(Ask(Query("ns.example.", RRType::kA)), HotOutcome::kMiss);
}

PlainMessage ChaosQuery(std::string_view name, RRType type, uint16_t payload) {
  PlainMessage query = sim::MakeQuery(3, name, type, payload);
  query.questions[0].rrclass = RRClass::kCH;
  return query;
}

TEST_F(HotPathTest, ChaosNamesGetAHarmlessText) {
  for (const char* name : {"version.bind.", "VERSION.SERVER.", "id.server.", "hostname.bind."}) {
    for (const uint16_t payload : {0, 1232}) {
      const PlainMessage reply = Answer(ChaosQuery(name, RRType::kTXT, payload).Encode());
      ASSERT_EQ(reply.answer.size(), 1u) << name;
      EXPECT_EQ(reply.answer[0].rrclass, RRClass::kCH);
      EXPECT_EQ(wire::RdataToText(RRType::kTXT, reply.answer[0].rdata), "\"tern\"");
      EXPECT_EQ(reply.edns.has_value(), payload != 0);
    }
  }
  const PlainMessage no_data = Answer(ChaosQuery("version.bind.", RRType::kA, 0).Encode());
  EXPECT_EQ(no_data.rcode, Rcode::kNoError);
  EXPECT_TRUE(no_data.answer.empty());
  EXPECT_EQ(Answer(ChaosQuery("www.example.", RRType::kTXT, 0).Encode()).rcode, Rcode::kRefused);
}

TEST_F(HotPathTest, TrustAnchorsAreTold) {
  anchors_ = {". 20326 38696", "example. 7", std::string(256, 'x'), std::string(255, 'y'),
              std::string(255, 'z')};
  for (const uint16_t payload : {0, 1232}) {
    const Octets query = ChaosQuery("TrustAnchor.server.", RRType::kTXT, payload).Encode();
    const PlainMessage reply = Answer(query);
    EXPECT_EQ(reply.rcode, Rcode::kNoError);
    ASSERT_EQ(reply.answer.size(), 3u) << "those that fit";
    EXPECT_EQ(reply.answer[2].rdata[1], 'y');
    EXPECT_LE(reply_.size(), 512u);
    EXPECT_EQ(reply.answer[0].rrclass, RRClass::kCH);
    EXPECT_EQ(reply.edns.has_value(), payload != 0);
  }
  anchors_ = {". 20326 38696", "example. 7"};
  const Octets query = ChaosQuery("trustanchor.server.", RRType::kTXT, 1232).Encode();
  const PlainMessage reply = Answer(query);
  ASSERT_EQ(reply.answer.size(), 2u);
  EXPECT_EQ(wire::RdataToText(RRType::kTXT, reply.answer[0].rdata), "\". 20326 38696\"");
  EXPECT_EQ(wire::RdataToText(RRType::kTXT, reply.answer[1].rdata), "\"example. 7\"");
  anchors_.clear();
  EXPECT_TRUE(Answer(query).answer.empty());
}

// RFC 8482 section 4.2.
TEST_F(HotPathTest, AnyGetsOneHinfo) {
  Put("www.example. 300 A 192.0.2.1");
  for (const uint16_t payload : {0, 512}) {
    const PlainMessage reply =
        Answer(Query("www.example.", RRType::kANY, {.payload_octets = payload}));
    ASSERT_EQ(reply.answer.size(), 1u);
    EXPECT_EQ(reply.answer[0].ToText(), "www.example. 3600 IN HINFO \"RFC8482\" \"\"");
    EXPECT_EQ(reply.edns.has_value(), payload != 0);
  }
}

TEST_F(HotPathTest, JudgesWhatCannotBeResolved) {
  Octets response = Query("www.example.", RRType::kA);
  response[2] |= 0x80;
  EXPECT_EQ(Ask(response), HotOutcome::kDropped);
  Octets notify = Query("www.example.", RRType::kA);
  notify[2] |= 4 << 3;
  EXPECT_EQ(Answer(notify).rcode, Rcode::kNotImp);
  EXPECT_EQ(Answer(notify).opcode, wire::Opcode::kNotify);
  Octets two = Query("www.example.", RRType::kA);
  two[5] = 2;
  EXPECT_EQ(Answer(two).rcode, Rcode::kFormErr);
  EXPECT_EQ(Answer(Query("www.example.", RRType::kAXFR)).rcode, Rcode::kRefused);
  PlainMessage version = sim::MakeQuery(1, "www.example.", RRType::kA, 1232);
  version.edns->version = 3;
  EXPECT_EQ(Answer(version.Encode()).rcode, Rcode::kBadVers);
}

std::string Texts(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += "big.example. 300 TXT \"" + std::string(90, 'a') + std::to_string(i) + "\"\n";
  }
  return text;
}

TEST_F(HotPathTest, LargeAnswersAreTruncatedOverUdpAndWholeOverTcp) {
  Put(Texts(40));
  for (const uint16_t payload : {0, 512, 1232, 4096}) {
    const PlainMessage reply =
        Answer(Query("big.example.", RRType::kTXT, {.payload_octets = payload}));
    EXPECT_TRUE(reply.Has(wire::kFlagTC)) << payload;
    EXPECT_LE(reply_.size(), payload == 0 ? 512u : std::min<size_t>(payload, 1232));
  }
  const PlainMessage whole = Answer(Query("big.example.", RRType::kTXT), true);
  EXPECT_FALSE(whole.Has(wire::kFlagTC));
  EXPECT_EQ(whole.answer.size(), 40u);
}

TEST_F(HotPathTest, AllocatesNothing) {
  Put("www.example. 300 A 192.0.2.1\nwww.example. 300 A 192.0.2.2");
  Put("alias.example. 300 CNAME www.example.");
  Put("example. 300 MX 10 mail.example.");
  Put(Texts(40));
  PutNegative(EntryKind::kNxDomain, "gone.example.", RRType::kNone);
  PlainMessage version = sim::MakeQuery(1, "www.example.", RRType::kA, 1232);
  version.edns->version = 3;
  const Octets queries[] = {
      Query("www.example.", RRType::kA),
      Query("www.example.", RRType::kA, {.payload_octets = 1232}),
      Query("alias.example.", RRType::kA, {.payload_octets = 1232}),
      Query("example.", RRType::kMX),
      Query("gone.example.", RRType::kA),
      Query("big.example.", RRType::kTXT),
      Query("missing.example.", RRType::kA),
      Query("www.example.", RRType::kANY),
      ChaosQuery("version.bind.", RRType::kTXT, 1232).Encode(),
      version.Encode(),
  };
  Octets reply(65535);
  for (const Octets& query : queries) {
    size_t octets = 0;
    ParsedQuery parsed;
    const size_t before = test::AllocationCount();
    ParseQuery(query, store_, &parsed);
    (void)AnswerParsed(query, parsed, false, {store_, cache::Instant(1000), 1}, reply, &octets);
    EXPECT_EQ(test::AllocationCount(), before);
  }
  PlainMessage with_cookie = sim::MakeQuery(1, "www.example.", RRType::kA, 1232);
  with_cookie.SetCookie(Octets(policy::kOurCookieOctets, 7));
  const Octets query = with_cookie.Encode();
  const policy::ServerCookies cookies(policy::CookieSecret{});
  size_t octets = 0;
  ParsedQuery parsed;
  const size_t before_cookie = test::AllocationCount();
  ParseQuery(query, store_, &parsed);
  CheckCookie(cookies, {{192, 0, 2, 1}, 4}, 1, &parsed.request, &parsed.rcode);
  EXPECT_EQ(AnswerParsed(query, parsed, false, {store_, cache::Instant(1000), 1}, reply, &octets),
            HotOutcome::kReplied);
  EXPECT_EQ(test::AllocationCount(), before_cookie);
  EXPECT_EQ(octets,
            Query("www.example.", RRType::kA).size() + 2 * 16 + 11 + 4 + policy::kOurCookieOctets);
  const size_t before = test::AllocationCount();
  ::operator delete(::operator new(1));
  EXPECT_GT(test::AllocationCount(), before) << "allocations are not counted";
}

TEST_F(HotPathTest, CollectGoesRoundALoopOnce) {
  Put("a.example. 300 CNAME b.example.");
  Put("b.example. 300 CNAME c.example.");
  Put("c.example. 300 CNAME b.example.");
  AnswerParts parts;
  wire::NameView missing;
  const wire::Name name = N("a.example.");
  EXPECT_FALSE(CollectFromCache(store_, name, RRType::kA, cache::Instant(1000), &parts, &missing));
  EXPECT_EQ(parts.count, 3u);
  EXPECT_TRUE(missing.Equals(N("b.example.")));
}

TEST_F(HotPathTest, CollectSaysWhereTheCacheEnds) {
  Put("www.example. 300 CNAME web.example.");
  AnswerParts parts;
  wire::NameView missing;
  EXPECT_FALSE(CollectFromCache(store_, N("www.example."), RRType::kA, cache::Instant(1000), &parts,
                                &missing));
  EXPECT_EQ(parts.count, 1u);
  EXPECT_TRUE(missing.Equals(N("web.example.")));
}

TEST_F(HotPathTest, WhatItIsGivenGoesTogether) {
  const Octets query = Query("www.example.", RRType::kA);
  ParsedQuery parsed;
  ParseQuery(query, store_, &parsed);
  const AnswerContext context = {store_, cache::Instant(1000), 1};
  Octets reply(1232);
  size_t octets = 0;
  const auto answer = [&](std::span<const uint8_t> of, std::span<uint8_t> out) {
    (void)AnswerParsed(of, parsed, false, context, out, &octets);
  };
  EXPECT_DEATH(answer(query, std::span(reply).first(1231)), "reply.size");
  EXPECT_DEATH(answer(std::span(query).first(20), reply), "question_end");
}

TEST(FixedAnswerDeathTest, NeedsRoomAndASoundQuestion) {
  const Octets query = ChaosQuery("version.bind.", RRType::kTXT, 0).Encode();
  Request request;
  Rcode rcode = Rcode::kNoError;
  ASSERT_EQ(ParseRequest(query, &request, &rcode), RequestVerdict::kChaos);
  Octets out(512);
  const std::span<uint8_t> small = std::span(out).first(511);
  EXPECT_DEATH((void)AnswerWithRcode(query, request, Rcode::kRefused, small), "out.size");
  EXPECT_DEATH((void)AnswerChaos(query, request, {}, small), "out.size");
  EXPECT_DEATH((void)AnswerAny(query, request, small), "out.size");
  EXPECT_DEATH((void)AnswerChaos(query, Request(), {}, out), "question_end");
  EXPECT_DEATH((void)AnswerAny(query, Request(), out), "question_end");
}

}  // namespace
}  // namespace tern::resolver::answer
