#include "resolver/answer/reply.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/support/message_making.h"

namespace tern::resolver::answer {
namespace {

using cache::EntryKind;
using test::Lines;
using test::Negative;
using test::Octets;
using test::OwnedEntry;
using test::PlainMessage;
using test::Query;
using test::QueryText;
using test::RRset;
using wire::ExtendedError;
using wire::Rcode;
using wire::RRType;

constexpr cache::Instant kNow(1000);

struct Composed {
  Octets octets;
  PlainMessage message;
};

// Composes the reply to `query` from `entries`, and checks what holds for all replies.
Composed Compose(const Octets& query, const std::vector<OwnedEntry>& entries, size_t limit = 1232,
                 cache::Instant now = kNow, uint32_t rotation = 0, AnswerParts answer = {}) {
  Request request;
  Rcode rcode = Rcode::kNoError;
  EXPECT_EQ(ParseRequest(query, &request, &rcode), RequestVerdict::kResolve);
  for (const OwnedEntry& entry : entries) EXPECT_TRUE(answer.Add(entry.view()));
  Composed composed;
  composed.octets.resize(65535);
  const size_t octets = ComposeReply(query, request, answer, now, rotation, limit, composed.octets);
  EXPECT_LE(octets, limit);
  composed.octets.resize(octets);
  const auto message = PlainMessage::Decode(composed.octets);
  if (!message) {
    ADD_FAILURE() << "the reply is no message";
    return composed;
  }
  composed.message = *message;
  EXPECT_EQ(message->id, request.id);
  EXPECT_TRUE(message->Has(wire::kFlagQR));
  EXPECT_FALSE(message->Has(wire::kFlagAA));
  EXPECT_EQ(message->edns.has_value(), request.has_edns);
  const auto question = request.Question(query);
  EXPECT_TRUE(
      std::equal(question.begin(), question.end(), composed.octets.begin() + wire::kHeaderOctets));
  return composed;
}

std::string ManyAddresses(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += "many.example. 300 IN A 192.0." + std::to_string(i / 250) + "." +
            std::to_string(i % 250 + 1) + "\n";
  }
  return text;
}

TEST(ReplyTest, AnswersWithTheRRsetAndWhatIsLeftOfItsTtl) {
  const Composed reply = Compose(Query("wWw.example.", RRType::kA),
                                 {RRset("www.example. 300 A 192.0.2.1")}, 512, kNow + 100);
  EXPECT_EQ(reply.message.rcode, Rcode::kNoError);
  EXPECT_TRUE(reply.message.Has(wire::kFlagRA));
  EXPECT_TRUE(reply.message.Has(wire::kFlagRD));
  // The owner is a pointer to the question, which has the client's case.
  EXPECT_EQ(Lines(reply.message.answer), "wWw.example. 200 IN A 192.0.2.1\n");
}

TEST(ReplyTest, RdAndCdAreCopiedAndAdIsNot) {
  const std::vector<OwnedEntry> entries = {RRset("a. 300 A 192.0.2.1")};
  const Composed none = Compose(Query("a.", RRType::kA, {.flags = 0}), entries);
  EXPECT_FALSE(none.message.Has(wire::kFlagRD));
  EXPECT_FALSE(none.message.Has(wire::kFlagCD));
  const uint16_t flags = wire::kFlagRD | wire::kFlagCD | wire::kFlagAD;
  const Composed all = Compose(Query("a.", RRType::kA, {.flags = flags}), entries);
  EXPECT_TRUE(all.message.Has(wire::kFlagCD));
  EXPECT_FALSE(all.message.Has(wire::kFlagAD));
}

TEST(ReplyTest, EdnsAnswersEdnsAndKeepsDo) {
  for (const RRType type : {RRType::kA, RRType::kNS}) {
    const std::vector<OwnedEntry> entries = {
        RRset(type == RRType::kA ? "a. 300 A 192.0.2.1" : "a. 300 NS ns.a.")};
    for (const bool dnssec_ok : {false, true}) {
      const QueryText text = {.payload_octets = 1400, .dnssec_ok = dnssec_ok};
      const Composed reply = Compose(Query("a.", type, text), entries);
      ASSERT_TRUE(reply.message.edns.has_value());
      EXPECT_EQ(reply.message.edns->dnssec_ok, dnssec_ok);
      EXPECT_EQ(reply.message.edns->payload_octets, wire::kEdnsPayloadDefault);
      EXPECT_TRUE(reply.message.edns->options.empty());
    }
  }
}

TEST(ReplyTest, AddressesTakeTurnsAtTheFront) {
  const std::vector<OwnedEntry> entries = {RRset(ManyAddresses(4))};
  const Octets query = Query("many.example.", RRType::kA);
  std::set<std::string> first;
  const Composed sorted = Compose(query, entries);
  for (uint32_t rotation = 0; rotation < 8; ++rotation) {
    const Composed reply = Compose(query, entries, 512, kNow, rotation);
    ASSERT_EQ(reply.message.answer.size(), 4u);
    first.insert(reply.message.answer[0].ToText());
    EXPECT_TRUE(sim::SameRecords(reply.message.answer, sorted.message.answer));
  }
  EXPECT_EQ(first.size(), 4u);
}

TEST(ReplyTest, AddressesBehindAnAliasTakeTurnsToo) {
  const std::vector<OwnedEntry> entries = {RRset("www.example. 300 CNAME many.example."),
                                           RRset(ManyAddresses(3))};
  std::set<std::string> first;
  for (uint32_t rotation = 0; rotation < 3; ++rotation) {
    const Composed reply = Compose(Query("www.example.", RRType::kA), entries, 512, kNow, rotation);
    ASSERT_EQ(reply.message.answer.size(), 4u);
    EXPECT_EQ(reply.message.answer[0].type, RRType::kCNAME);
    first.insert(reply.message.answer[1].ToText());
  }
  EXPECT_EQ(first.size(), 3u);
}

TEST(ReplyTest, AliasChainKeepsItsOrderAndCompresses) {
  const Composed reply = Compose(
      Query("www.example.", RRType::kA),
      {RRset("www.example. 300 CNAME web.example."),
       RRset("web.example. 60 CNAME host.web.example."), RRset("host.web.example. 30 A 192.0.2.7")},
      512, kNow + 10);
  EXPECT_EQ(Lines(reply.message.answer),
            "www.example. 290 IN CNAME web.example.\n"
            "web.example. 50 IN CNAME host.web.example.\n"
            "host.web.example. 20 IN A 192.0.2.7\n");
  // Owner 2 + fixed 10, then `web` + pointer, `host` + pointer, an address.
  EXPECT_EQ(reply.octets.size(), 12u + 17 + (12 + 6) + (12 + 7) + (12 + 4));
}

// A client that asks without RD gets the known links as they are.
TEST(ReplyTest, AnAliasAloneIsNotTakenForTheTypeAsked) {
  const Composed reply = Compose(Query("www.example.", RRType::kA, {.flags = 0}),
                                 {RRset("www.example. 300 CNAME web.example.")});
  EXPECT_EQ(Lines(reply.message.answer), "www.example. 300 IN CNAME web.example.\n");
}

// RFC 6672 section 2.2: the DNAME goes with YXDOMAIN.
TEST(ReplyTest, OverflowingDnameIsYxDomainWithTheDname) {
  AnswerParts answer;
  const OwnedEntry dname = RRset("example. 300 DNAME longer.example.");
  ASSERT_TRUE(answer.Add(dname.view()));
  answer.rcode = Rcode::kYXDomain;
  const Composed reply = Compose(Query("www.example.", RRType::kA), {}, 1232, kNow, 0, answer);
  EXPECT_EQ(reply.message.rcode, Rcode::kYXDomain);
  EXPECT_EQ(Lines(reply.message.answer), "example. 300 IN DNAME longer.example.\n");
}

TEST(ReplyTest, AnyIsAnsweredWithTheTypesThatThereAre) {
  const Composed reply =
      Compose(Query("host.example.", RRType::kANY), {RRset("host.example. 300 A 192.0.2.9")});
  EXPECT_EQ(Lines(reply.message.answer), "host.example. 300 IN A 192.0.2.9\n");
}

TEST(ReplyTest, DnameGoesBeforeTheAliasItMakes) {
  const Composed reply = Compose(Query("www.old.example.", RRType::kA),
                                 {RRset("old.example. 300 DNAME new.example."),
                                  RRset("www.old.example. 300 CNAME www.new.example."),
                                  RRset("www.new.example. 60 A 192.0.2.8")});
  ASSERT_EQ(reply.message.answer.size(), 3u);
  EXPECT_EQ(reply.message.answer[0].type, RRType::kDNAME);
  EXPECT_EQ(reply.message.answer[1].type, RRType::kCNAME);
}

constexpr std::string_view kReplySoa =
    "example. 900 SOA ns.example. root.example. 7 3600 600 86400 900";

// RFC 2308 section 3 and 5: the SOA in the authority section, its TTL counts down.
TEST(ReplyTest, NoDataHasTheSoaWithItsTtlCountingDown) {
  const Composed reply = Compose(
      Query("www.example.", RRType::kAAAA),
      {Negative(EntryKind::kNoData, "www.example.", RRType::kAAAA, kReplySoa)}, 512, kNow + 100);
  EXPECT_EQ(reply.message.rcode, Rcode::kNoError);
  EXPECT_TRUE(reply.message.answer.empty());
  EXPECT_EQ(Lines(reply.message.authority),
            "example. 800 IN SOA ns.example. root.example. 7 3600 600 86400 900\n");
}

TEST(ReplyTest, NxDomainBehindAnAliasHasBoth) {
  const Composed reply =
      Compose(Query("www.example.", RRType::kA),
              {RRset("www.example. 300 CNAME gone.example."),
               Negative(EntryKind::kNxDomain, "gone.example.", RRType::kNone, kReplySoa)});
  EXPECT_EQ(reply.message.rcode, Rcode::kNXDomain);
  EXPECT_EQ(reply.message.answer.size(), 1u);
  EXPECT_EQ(reply.message.authority.size(), 1u);
}

TEST(ReplyTest, DelegationIsAReferral) {
  const Composed reply = Compose(
      Query("www.example.", RRType::kA, {.flags = 0}),
      {test::Delegation("example. 300 NS a.ns.\nexample. 300 NS b.ns.", "a.ns. 300 A 192.0.2.1")});
  EXPECT_EQ(reply.message.rcode, Rcode::kNoError);
  EXPECT_EQ(Lines(reply.message.authority), "example. 300 IN NS a.ns.\nexample. 300 IN NS b.ns.\n");
}

// RFC 2181 section 9: a part of an RRset never goes out without the rest.
TEST(ReplyTest, WhatDoesNotFitIsLeftOutWholeAndTcSet) {
  for (const uint16_t payload : {0, 512, 1232}) {
    const Octets query = Query("many.example.", RRType::kA, {.payload_octets = payload});
    const size_t limit = payload == 0 ? 512 : payload;
    bool truncated = false;
    for (int count = 1; count <= 100; ++count) {
      const Composed reply = Compose(query, {RRset(ManyAddresses(count))}, limit);
      // Header, question, records of 16, OPT.
      const size_t whole = 12 + 18 + 16 * static_cast<size_t>(count) + (payload == 0 ? 0 : 11);
      truncated = whole > limit;
      EXPECT_EQ(reply.message.Has(wire::kFlagTC), truncated) << count;
      EXPECT_EQ(reply.message.answer.size(), truncated ? 0u : static_cast<size_t>(count));
    }
    EXPECT_TRUE(truncated);
  }
}

TEST(ReplyTest, ManyRecordsFitOverTcp) {
  const Composed reply =
      Compose(Query("many.example.", RRType::kA), {RRset(ManyAddresses(256))}, 65535, kNow, 17);
  EXPECT_FALSE(reply.message.Has(wire::kFlagTC));
  EXPECT_EQ(reply.message.answer.size(), 256u);
}

// RFC 8914 section 2.
TEST(ReplyTest, FailureCarriesTheExtendedErrorToWhoHasEdns) {
  AnswerParts failed;
  failed.rcode = Rcode::kServFail;
  failed.error = ExtendedError::kNoReachableAuthority;
  failed.error_text = "nobody home";
  const Composed with =
      Compose(Query("a.", RRType::kA, {.payload_octets = 1232}), {}, 1232, kNow, 0, failed);
  EXPECT_EQ(with.message.rcode, Rcode::kServFail);
  const std::string text = "nobody home";
  Octets option = {0, 15, 0, static_cast<uint8_t>(2 + text.size()), 0, 22};
  option.insert(option.end(), text.begin(), text.end());
  EXPECT_EQ(with.message.edns->options, option);
  const Composed without = Compose(Query("a.", RRType::kA), {}, 512, kNow, 0, failed);
  EXPECT_EQ(without.message.rcode, Rcode::kServFail);
}

Octets Error(const Octets& query, Rcode expected, ExtendedError error = ExtendedError::kNone,
             const char* text = "") {
  Request request;
  Rcode rcode = Rcode::kNoError;
  (void)ParseRequest(query, &request, &rcode);
  Octets out(query.size() + 140 + 512);
  out.resize(ComposeError(query, request, expected, error, text, out));
  return out;
}

TEST(ReplyTest, ErrorEchoesTheQuestion) {
  const auto reply =
      PlainMessage::Decode(Error(Query("WwW.example.", RRType::kMX), Rcode::kRefused));
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->rcode, Rcode::kRefused);
  ASSERT_EQ(reply->questions.size(), 1u);
  EXPECT_TRUE(reply->questions[0].name.view().EqualsExactly(test::N("WwW.example.")));
  EXPECT_FALSE(reply->edns.has_value());
}

TEST(ReplyTest, ErrorWithoutASoundQuestionIsAHeader) {
  Octets query = Query("a.", RRType::kA);
  query[5] = 2;
  const Octets out = Error(query, Rcode::kFormErr);
  EXPECT_EQ(out.size(), wire::kHeaderOctets);
  EXPECT_EQ(PlainMessage::Decode(out)->rcode, Rcode::kFormErr);
}

TEST(ReplyTest, ErrorsUpperBitsGoIntoOpt) {
  const auto reply = PlainMessage::Decode(
      Error(Query("a.", RRType::kA, {.payload_octets = 1232}), Rcode::kBadVers));
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->rcode, Rcode::kBadVers);
  EXPECT_EQ(reply->edns->version, 0);
}

TEST(ReplyTest, LongErrorTextIsCut) {
  const std::string text(500, 'x');
  const auto reply =
      PlainMessage::Decode(Error(Query("a.", RRType::kA, {.payload_octets = 1232}),
                                 Rcode::kServFail, ExtendedError::kOther, text.c_str()));
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->edns->options.size(), 128u);
}

TEST(ReplyTest, UdpLimitIsTheClientsBetween512And1232) {
  Request request;
  EXPECT_EQ(UdpReplyLimit(request), 512u);
  request.has_edns = true;
  request.edns.payload_octets = 512;
  EXPECT_EQ(UdpReplyLimit(request), 512u);
  request.edns.payload_octets = 1000;
  EXPECT_EQ(UdpReplyLimit(request), 1000u);
  request.edns.payload_octets = 4096;
  EXPECT_EQ(UdpReplyLimit(request), 1232u);
}

// With the longest name, the smallest reply still has room for the question, an extended error and
// OPT.
TEST(ReplyTest, LongestNameFitsTheSmallestReply) {
  std::string name;
  for (int i = 0; i < 127; ++i) name += "a.";
  AnswerParts failed;
  failed.rcode = Rcode::kServFail;
  failed.error = ExtendedError::kOther;
  const std::string text(200, 'y');
  failed.error_text = text.c_str();
  const Composed reply =
      Compose(Query(name, RRType::kA, {.payload_octets = 512}), {}, 512, kNow, 0, failed);
  EXPECT_EQ(reply.message.rcode, Rcode::kServFail);
}

// Without EDNS, so there are 512 octets.
Composed ComposeMail(const Octets& query, const OwnedEntry& mx, const Additional& additional) {
  Request request;
  Rcode rcode = Rcode::kNoError;
  EXPECT_EQ(ParseRequest(query, &request, &rcode), RequestVerdict::kResolve);
  AnswerParts answer;
  EXPECT_TRUE(answer.Add(mx.view()));
  Composed composed;
  composed.octets.resize(512);
  composed.octets.resize(
      ComposeReply(query, request, answer, kNow, 0, 512, composed.octets, &additional));
  composed.message = PlainMessage::Decode(composed.octets).value_or(PlainMessage());
  return composed;
}

// The owners of the addresses point into the answer. So a reader sees the same as without pointers.
TEST(HostsReplyTest, AnswersForMailComeWithTheAddressesThatFit) {
  const OwnedEntry mx = RRset(
      "e.example. 300 MX 10 mx.e.example.\ne.example. 300 MX 20 e.example.\n"
      "e.example. 300 MX 30 xe.example.\n");
  const OwnedEntry first = RRset("mx.e.example. 60 A 192.0.2.1\nmx.e.example. 60 A 192.0.2.2\n");
  const OwnedEntry second = RRset("e.example. 60 AAAA 2001:db8::1\n");
  const OwnedEntry third = RRset("xe.example. 60 A 192.0.2.3\n");
  Additional additional;
  additional.parts[0] = {first.view(), 0};
  additional.parts[1] = {second.view(), 1};
  additional.parts[2] = {third.view(), 2};
  additional.count = 3;
  for (const char* name : {"e.example.", "E.exAmple."}) {
    const Composed reply = ComposeMail(Query(name, RRType::kMX), mx, additional);
    EXPECT_EQ(reply.message.answer.size(), 3u);
    ASSERT_EQ(reply.message.additional.size(), 4u);
    EXPECT_EQ(reply.message.additional[0].ToText(), "mx.e.example. 60 IN A 192.0.2.1");
    EXPECT_TRUE(reply.message.additional[2].owner.view().Equals(test::N("e.example.")));
    EXPECT_EQ(reply.message.additional[3].ToText(), "xe.example. 60 IN A 192.0.2.3");
    EXPECT_LT(reply.octets.size(), 200u);
  }
}

// An RRset that does not fit whole ends the section, so that the order says what is preferred.
TEST(HostsReplyTest, AddressesThatDoNotFitAreLeftOut) {
  const OwnedEntry mx = RRset("e.example. 300 MX 10 a.example.\ne.example. 300 MX 20 b.example.\n");
  std::string many;
  for (int i = 0; i < 40; ++i) many += "a.example. 60 A 192.0.2." + std::to_string(i) + "\n";
  const OwnedEntry first = RRset(many);
  const OwnedEntry second = RRset("b.example. 60 A 192.0.2.99\n");
  Additional additional;
  additional.parts[0] = {second.view(), 1};
  additional.parts[1] = {first.view(), 0};
  additional.parts[2] = {second.view(), 1};
  additional.count = 3;
  const Composed reply = ComposeMail(Query("e.example.", RRType::kMX), mx, additional);
  EXPECT_FALSE(reply.message.Has(wire::kFlagTC));
  EXPECT_EQ(reply.message.answer.size(), 2u);
  EXPECT_EQ(Lines(reply.message.additional), "b.example. 60 IN A 192.0.2.99\n");
}

}  // namespace
}  // namespace tern::resolver::answer
