#include "resolver/upstream/reply_records.h"

#include <gtest/gtest.h>

#include "tests/support/message_making.h"

namespace tern::resolver::upstream {
namespace {

using test::N;
using test::Octets;
using test::PlainMessage;
using test::PlainRecord;
using test::PlainReply;
using test::ReadReply;
using test::ReplyText;
using wire::ParseError;
using wire::Rcode;
using wire::RRType;

TEST(ReplyRecordsTest, KeepsTheSectionsApart) {
  const ReadReply reply("example.", PlainReply("www.example.", RRType::kA,
                                               {.answer = "www.example. 300 A 192.0.2.1",
                                                .authority = "example. 300 NS ns.example.",
                                                .additional = "ns.example. 300 A 192.0.2.9\n"
                                                              "ns.example. 300 AAAA 2001:db8::9",
                                                .edns = true}));
  EXPECT_EQ(reply.records().answer().size(), 1u);
  EXPECT_EQ(reply.records().authority().size(), 1u);
  EXPECT_EQ(reply.records().additional().size(), 2u);
  EXPECT_TRUE(reply.records().has_edns());
}

// A server is believed about its own zone only.
TEST(ReplyRecordsTest, DropsOwnersOutsideTheZone) {
  const PlainMessage message =
      PlainReply("www.example.", RRType::kA,
                 {.answer = "www.example. 300 A 192.0.2.1\nwww.bank. 300 A 192.0.2.66\n"
                            "notexample. 300 A 192.0.2.66\n",
                  .authority = "bank. 300 NS ns.example.\n. 300 NS ns.example.",
                  .additional = "ns.bank. 300 A 192.0.2.66\nexample. 300 A 192.0.2.2"});
  const ReadReply reply("example.", message);
  EXPECT_EQ(reply.records().answer().size(), 1u);
  EXPECT_TRUE(reply.records().authority().empty());
  EXPECT_EQ(reply.records().additional().size(), 1u);
  const ReadReply root(".", message);
  EXPECT_EQ(root.records().answer().size(), 3u);
}

TEST(ReplyRecordsTest, ComparesTheZoneWithoutCase) {
  const ReadReply reply("eXample.", PlainReply("www.example.", RRType::kA,
                                               {.answer = "WWW.EXAMPLE. 300 A 192.0.2.1"}));
  EXPECT_EQ(reply.records().answer().size(), 1u);
}

TEST(ReplyRecordsTest, DropsOtherClasses) {
  PlainMessage message =
      PlainReply("www.example.", RRType::kA,
                 {.answer = "www.example. 300 A 192.0.2.1\nwww.example. 300 A 192.0.2.2"});
  message.answer[0].rrclass = wire::RRClass::kCH;
  EXPECT_EQ(ReadReply("example.", message).records().answer().size(), 1u);
}

// Otherwise it would look as if there were none.
TEST(ReplyRecordsTest, AnAnswerOfWhichNothingIsKeptIsUnsound) {
  ReplyRecords records;
  PlainMessage message =
      PlainReply("www.example.", RRType::kA, {.answer = "www.example. 300 A 192.0.2.1"});
  EXPECT_NE(records.Read(message.Encode(), N("bank.")), ParseError::kNone);
  message.answer[0].rrclass = wire::RRClass::kCH;
  EXPECT_NE(records.Read(message.Encode(), N("example.")), ParseError::kNone);
}

TEST(ReplyRecordsTest, TakesTheUpperBitsOfTheRcodeFromOpt) {
  const ReadReply reply(
      "example.", PlainReply("www.example.", RRType::kA, {.rcode = Rcode::kBadVers, .edns = true}));
  EXPECT_EQ(reply.records().rcode(), Rcode::kBadVers);
}

TEST(ReplyRecordsTest, NothingStaysOfTheReplyBefore) {
  ReplyRecords records;
  const wire::Name zone = N("example.");
  const Octets first =
      PlainReply("www.example.", RRType::kA,
                 {.answer = "www.example. 300 A 192.0.2.1", .rcode = Rcode::kBadVers, .edns = true})
          .Encode();
  ASSERT_EQ(records.Read(first, zone), ParseError::kNone);
  const Octets second = PlainReply("www.example.", RRType::kA, {}).Encode();
  ASSERT_EQ(records.Read(second, zone), ParseError::kNone);
  EXPECT_TRUE(records.answer().empty());
  EXPECT_FALSE(records.has_edns());
  EXPECT_EQ(records.rcode(), Rcode::kNoError);
}

TEST(ReplyRecordsTest, EveryCutOffReplyIsAnError) {
  const Octets whole = PlainReply("www.example.", RRType::kA,
                                  {.answer = "www.example. 300 A 192.0.2.1",
                                   .authority = "example. 300 NS ns.example.",
                                   .edns = true})
                           .Encode();
  const wire::Name zone = N("example.");
  ReplyRecords records;
  for (size_t size = 0; size < whole.size(); ++size) {
    const Octets part(whole.begin(), whole.begin() + size);
    EXPECT_NE(records.Read(part, zone), ParseError::kNone) << size;
  }
}

// RFC 6891 section 6.1.1.
std::string Lines(int count, const std::string& record) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "n" + std::to_string(i) + ".example. " + record + "\n";
  return text;
}

// The cost of a reply is bounded, even when the reply is 64 KiB long.
TEST(ReplyRecordsTest, MoreRecordsThanAnyAnswerOfUseHasAreUnsound) {
  const auto read = [](const ReplyText& text) {
    ReplyRecords records;
    const ParseError error =
        records.Read(PlainReply("www.example.", RRType::kA, text).Encode(), N("example."));
    EXPECT_EQ(records.bound_met() == ReplyRecords::BoundMet::kRecords, error != ParseError::kNone);
    // Of the next reply it says nothing.
    (void)records.Read(Octets{}, N("example."));
    EXPECT_EQ(records.bound_met(), ReplyRecords::BoundMet::kNone);
    return error;
  };
  EXPECT_EQ(read({.answer = Lines(320, "300 A 192.0.2.1")}), ParseError::kNone);
  EXPECT_EQ(read({.answer = Lines(321, "300 A 192.0.2.1")}), ParseError::kBadRecord);
  EXPECT_EQ(read({.answer = Lines(32, "300 DNAME a.example.")}), ParseError::kNone);
  EXPECT_EQ(read({.answer = Lines(33, "300 DNAME a.example.")}), ParseError::kBadRecord);
  EXPECT_EQ(read({.answer = Lines(33, "300 CNAME a.example.")}), ParseError::kBadRecord);
  EXPECT_EQ(read({.additional = Lines(2000, "300 A 192.0.2.1")}), ParseError::kNone);
  EXPECT_EQ(read({.additional = Lines(2100, "300 A 192.0.2.1")}), ParseError::kBadRecord);
}

// Only RDATA that is stored must be readable. Other RDATA does not spoil the reply.
TEST(ReplyRecordsTest, RdataWithoutSenseIsAnError) {
  const auto read = [](std::vector<PlainRecord> PlainMessage::*section, std::string_view record) {
    PlainMessage message = PlainReply("www.example.", RRType::kA, {});
    message.*section = test::Records(record);
    (message.*section)[0].rdata.pop_back();
    ReplyRecords records;
    return records.Read(message.Encode(), N("example."));
  };
  constexpr auto kAnswer = &PlainMessage::answer;
  constexpr auto kAuthority = &PlainMessage::authority;
  EXPECT_NE(read(kAnswer, "www.example. 300 A 192.0.2.1"), ParseError::kNone);
  EXPECT_NE(read(kAnswer, "www.example. 300 MX 10 a.example."), ParseError::kNone);
  EXPECT_NE(read(kAuthority, "example. 300 NS a.example."), ParseError::kNone);
  EXPECT_NE(read(kAuthority, "example. 300 SOA a. b. 1 2 3 4 5"), ParseError::kNone);
  EXPECT_EQ(read(kAuthority, "example. 300 A 192.0.2.1"), ParseError::kNone);
  EXPECT_EQ(read(kAnswer, "www.example.net. 300 A 192.0.2.1\nwww.example. 300 A 192.0.2.1"),
            ParseError::kNone);
  EXPECT_EQ(read(&PlainMessage::additional, "a.example. 300 A 192.0.2.1"), ParseError::kNone);
}

// A referral to a thousand name servers is followed, with the first of them.
TEST(ReplyRecordsTest, OfTheOtherSectionsTheFirstRecordsAreKept) {
  std::string servers;
  for (int i = 0; i < 1000; ++i) servers += "sub.example. 300 NS n" + std::to_string(i) + ".a.\n";
  const ReadReply reply(
      "example.", PlainReply("www.sub.example.", RRType::kA,
                             {.authority = servers, .additional = Lines(600, "300 A 192.0.2.1")}));
  EXPECT_EQ(reply.records().authority().size(), 512u);
  EXPECT_EQ(reply.records().additional().size(), 156u);
}

TEST(ReplyRecordsTest, OtherRecordsDoNotTakeTheRoomOfAddresses) {
  const ReadReply reply("example.", PlainReply("www.sub.example.", RRType::kA,
                                               {.authority = "sub.example. 300 NS n0.example.",
                                                .additional = Lines(300, "300 TXT x") +
                                                              Lines(1, "300 A 192.0.2.1")}));
  ASSERT_EQ(reply.records().additional().size(), 1u);
  EXPECT_EQ(reply.records().additional()[0].type, RRType::kA);
}

// A name of 60 labels costs 61 steps (the question, too, but that one is not counted).
TEST(ReplyRecordsTest, AReplyWhoseNamesTakeTooManyStepsIsUnsound) {
  std::string deep;
  for (int i = 0; i < 60; ++i) deep += "x.";
  const auto read = [&](int count) {
    std::string answer;
    for (int i = 0; i < count; ++i) answer += deep + "example. 300 PTR " + deep + "example.\n";
    ReplyRecords records;
    const ParseError error = records.Read(
        PlainReply(deep + "example.", RRType::kPTR, {.answer = answer}).Encode(), N("example."));
    EXPECT_EQ(records.bound_met() == ReplyRecords::BoundMet::kSteps, error != ParseError::kNone);
    return error;
  };
  const int most = static_cast<int>(ReplyRecords::kStepsMax / (2 * 61));
  EXPECT_EQ(read(most - 3), ParseError::kNone);
  EXPECT_EQ(read(most + 1), ParseError::kBadRecord);
}

TEST(ReplyRecordsTest, EachOwnerIsHashedOnce) {
  const ReadReply reply("example.", PlainReply("www.example.", RRType::kA,
                                               {.answer = Lines(300, "300 A 192.0.2.1")}));
  EXPECT_EQ(reply.records().hashed(), 0u);
  for (int round = 0; round < 5; ++round) {
    for (const ReplyRecord& record : reply.records().answer()) {
      (void)reply.records().OwnerHash(record);
    }
    EXPECT_EQ(reply.records().hashed(), 300u);
  }
}

TEST(ReplyRecordsTest, TwoOptAreAnError) {
  Octets octets = PlainReply("www.example.", RRType::kA, {.edns = true}).Encode();
  octets.insert(octets.end(), {0, 0, 41, 4, 0xd0, 0, 0, 0, 0, 0, 0});
  octets[11] = 2;
  ReplyRecords records;
  EXPECT_EQ(records.Read(octets, N("example.")), ParseError::kBadRecord);
}

}  // namespace
}  // namespace tern::resolver::upstream
