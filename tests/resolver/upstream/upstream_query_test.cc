#include "resolver/upstream/upstream_query.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>

#include "tests/support/message_making.h"

namespace tern::resolver::upstream {
namespace {

using test::N;
using test::Octets;
using test::PlainMessage;
using test::PlainReply;
using wire::Rcode;
using wire::RRType;

UpstreamQuestion Ask(std::string_view name, RRType type = RRType::kA) {
  return {N(name), type, false};
}

TEST(UpstreamQueryTest, WritesAQueryThatReadsBack) {
  UpstreamQuestion question = Ask("wWw.exAmple.", RRType::kMX);
  for (const bool edns : {false, true}) {
    for (const bool recursion : {false, true}) {
      question.recursion_desired = recursion;
      uint8_t out[kUpstreamQueryOctetsMax];
      const size_t octets = WriteUpstreamQuery(question, 0xbeef, {.edns = edns}, {}, out);
      const auto message = PlainMessage::Decode({out, octets});
      ASSERT_TRUE(message.has_value());
      EXPECT_EQ(message->id, 0xbeef);
      EXPECT_EQ(message->flags, recursion ? wire::kFlagRD : 0);
      ASSERT_EQ(message->questions.size(), 1u);
      EXPECT_TRUE(message->questions[0].name.view().EqualsExactly(question.name));
      EXPECT_EQ(message->questions[0].type, RRType::kMX);
      EXPECT_EQ(message->edns.has_value(), edns);
      if (edns) {
        EXPECT_EQ(message->edns->payload_octets, 1232);
      }
    }
  }
}

TEST(UpstreamQueryTest, ACookieIsAnOption) {
  for (const size_t size : {8, 16, 40}) {
    Octets cookie(size, 5);
    uint8_t out[kUpstreamQueryOctetsMax];
    const size_t octets = WriteUpstreamQuery(Ask("www.example."), 7, {}, cookie, out);
    const auto message = PlainMessage::Decode({out, octets});
    ASSERT_TRUE(message.has_value());
    EXPECT_EQ(message->Cookie(), cookie);
  }
}

TEST(UpstreamQueryTest, LongestNameFits) {
  std::string name;
  for (int i = 0; i < 127; ++i) name += "a.";
  uint8_t out[kUpstreamQueryOctetsMax];
  const Octets cookie(kCookieOctetsMax, 7);
  EXPECT_EQ(WriteUpstreamQuery(Ask(name), 1, {}, cookie, out), kUpstreamQueryOctetsMax);
}

Octets Reply(std::string_view name, RRType type, uint16_t id, Rcode rcode = Rcode::kNoError) {
  PlainMessage reply = PlainReply(name, type, {.rcode = rcode});
  reply.id = id;
  return reply.Encode();
}

TEST(MatchReplyTest, TakesTheSameIdAndQuestion) {
  EXPECT_EQ(MatchReply(Reply("wWw.example.", RRType::kA, 7), Ask("wWw.example."), 7),
            ReplyMatch::kMatches);
}

TEST(MatchReplyTest, TellsAnotherCaseFromAnotherName) {
  EXPECT_EQ(MatchReply(Reply("www.example.", RRType::kA, 7), Ask("wWw.example."), 7),
            ReplyMatch::kWrongCase);
  EXPECT_EQ(MatchReply(Reply("ww.example.", RRType::kA, 7), Ask("www.example."), 7),
            ReplyMatch::kForgery);
}

TEST(MatchReplyTest, AnotherIdTypeOrClassIsAForgery) {
  const UpstreamQuestion question = Ask("www.example.");
  EXPECT_EQ(MatchReply(Reply("www.example.", RRType::kA, 8), question, 7), ReplyMatch::kForgery);
  EXPECT_EQ(MatchReply(Reply("www.example.", RRType::kAAAA, 7), question, 7), ReplyMatch::kForgery);
  Octets chaos = Reply("www.example.", RRType::kA, 7);
  chaos[chaos.size() - 1] = 3;
  EXPECT_EQ(MatchReply(chaos, question, 7), ReplyMatch::kForgery);
}

TEST(MatchReplyTest, OurOwnQueryComingBackIsAForgery) {
  const UpstreamQuestion question = Ask("www.example.");
  uint8_t out[kUpstreamQueryOctetsMax];
  const size_t octets = WriteUpstreamQuery(question, 7, {.edns = false}, {}, out);
  EXPECT_EQ(MatchReply({out, octets}, question, 7), ReplyMatch::kForgery);
}

TEST(MatchReplyTest, AnotherOpcodeIsAForgery) {
  Octets reply = Reply("www.example.", RRType::kA, 7);
  reply[2] |= 4 << 3;
  EXPECT_EQ(MatchReply(reply, Ask("www.example."), 7), ReplyMatch::kForgery);
}

TEST(MatchReplyTest, EveryCutOffReplyIsAForgery) {
  const Octets reply = Reply("www.example.", RRType::kA, 7);
  for (size_t size = 0; size < reply.size(); ++size) {
    EXPECT_EQ(MatchReply(std::span(reply).first(size), Ask("www.example."), 7),
              ReplyMatch::kForgery)
        << size;
  }
}

// A server that cannot read a query has no question to send back.
TEST(MatchReplyTest, ErrorsMayComeWithoutTheQuestion) {
  for (const auto& [rcode, match] : {std::pair(Rcode::kFormErr, ReplyMatch::kMatches),
                                     std::pair(Rcode::kServFail, ReplyMatch::kMatches),
                                     std::pair(Rcode::kRefused, ReplyMatch::kMatches),
                                     std::pair(Rcode::kNotImp, ReplyMatch::kMatches),
                                     std::pair(Rcode::kNoError, ReplyMatch::kForgery),
                                     std::pair(Rcode::kNXDomain, ReplyMatch::kForgery),
                                     std::pair(Rcode::kYXDomain, ReplyMatch::kForgery),
                                     std::pair(static_cast<Rcode>(9), ReplyMatch::kForgery)}) {
    PlainMessage reply;
    reply.id = 7;
    reply.flags = wire::kFlagQR;
    reply.rcode = rcode;
    EXPECT_EQ(MatchReply(reply.Encode(), Ask("www.example."), 7), match) << wire::ToText(rcode);
  }
}

// RFC 7873 section 5.3.
TEST(MatchCookieTest, TheClientCookieMustBeThere) {
  const std::array<uint8_t, kClientCookieOctets> client = {1, 2, 3, 4, 5, 6, 7, 8};
  Octets cookie(client.begin(), client.end());
  EXPECT_EQ(MatchCookie(std::nullopt, client), ReplyMatch::kNoCookie);
  EXPECT_EQ(MatchCookie(cookie, client), ReplyMatch::kMatches);
  EXPECT_EQ(MatchCookie(std::span(cookie).first(7), client), ReplyMatch::kWrongCookie);
  EXPECT_EQ(MatchCookie(std::span(cookie).first(0), client), ReplyMatch::kWrongCookie);
  cookie.resize(24, 9);
  EXPECT_EQ(MatchCookie(cookie, client), ReplyMatch::kMatches);
  for (size_t i = 0; i < client.size(); ++i) {
    Octets other = cookie;
    other[i] ^= 1;
    EXPECT_EQ(MatchCookie(other, client), ReplyMatch::kWrongCookie) << i;
  }
}

}  // namespace
}  // namespace tern::resolver::upstream
