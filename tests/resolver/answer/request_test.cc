#include "resolver/answer/request.h"

#include <gtest/gtest.h>

#include "tests/support/message_making.h"

namespace tern::resolver::answer {
namespace {

using test::N;
using test::Octets;
using test::Query;
using wire::Rcode;
using wire::RRClass;
using wire::RRType;

struct Judged {
  RequestVerdict verdict;
  Rcode rcode = Rcode::kNoError;
  Request request;
};

Judged Judge(const Octets& query) {
  Judged judged{};
  judged.verdict = ParseRequest(query, &judged.request, &judged.rcode);
  return judged;
}

Octets Plain() { return Query("www.example.", RRType::kA); }
Octets WithEdns() { return Query("www.example.", RRType::kA, {.payload_octets = 1232}); }

// Appends the octets of a second OPT, or of any other record.
void Append(Octets* query, std::initializer_list<uint8_t> octets, uint8_t additional_count) {
  query->insert(query->end(), octets);
  (*query)[11] = additional_count;
}

TEST(RequestTest, ReadsAPlainQuestion) {
  const Octets query = Query("wWw.Example.", RRType::kMX, {.id = 0xabcd});
  const Judged judged = Judge(query);
  EXPECT_EQ(judged.verdict, RequestVerdict::kResolve);
  EXPECT_EQ(judged.request.id, 0xabcd);
  EXPECT_TRUE(judged.request.name.EqualsExactly(N("wWw.Example.")));
  EXPECT_EQ(judged.request.type, RRType::kMX);
  EXPECT_EQ(judged.request.question_end, query.size());
  EXPECT_FALSE(judged.request.has_edns);
  EXPECT_TRUE(judged.request.recursion_desired());
}

// A signature and OPT are all that a query may need.
TEST(RequestTest, AQueryWithManyRecordsIsAFormatErrorAndTheyAreNotRead) {
  const std::initializer_list<uint8_t> kRecord = {0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0};
  Octets query = Plain();
  for (uint8_t count = 1; count <= kQueryRecordsMax; ++count) Append(&query, kRecord, count);
  EXPECT_EQ(Judge(query).verdict, RequestVerdict::kResolve);
  Append(&query, kRecord, kQueryRecordsMax + 1);
  EXPECT_EQ(Judge(query).verdict, RequestVerdict::kReply);
  EXPECT_EQ(Judge(query).rcode, Rcode::kFormErr);
  EXPECT_NE(Judge(query).request.question_end, 0);
  // Records of all sections count.
  query[11] = 1;
  query[9] = 1;
  query[7] = kQueryRecordsMax - 1;
  EXPECT_EQ(Judge(query).rcode, Rcode::kFormErr);
}

TEST(RequestTest, ForARefusalTheQuestionAndAPlainOptAreRead) {
  Request request;
  EXPECT_EQ(ParseForRefusal(WithEdns(), &request), RequestVerdict::kReply);
  EXPECT_TRUE(request.has_edns);
  EXPECT_EQ(request.type, RRType::kA);
  Octets query = Plain();
  Append(&query, {0xff, 0xff}, 1);
  EXPECT_EQ(ParseForRefusal(query, &request), RequestVerdict::kReply);
  EXPECT_FALSE(request.has_edns);
  EXPECT_EQ(request.question_end, Plain().size());
  EXPECT_EQ(ParseForRefusal(Octets{1, 2, 3}, &request), RequestVerdict::kDrop);
  query[2] |= 0x80;
  EXPECT_EQ(ParseForRefusal(query, &request), RequestVerdict::kDrop);
}

TEST(RequestTest, ReadsEdns) {
  const Octets query =
      Query("www.example.", RRType::kA, {.payload_octets = 4096, .dnssec_ok = true});
  const Judged judged = Judge(query);
  EXPECT_EQ(judged.verdict, RequestVerdict::kResolve);
  EXPECT_TRUE(judged.request.has_edns);
  EXPECT_EQ(judged.request.edns.payload_octets, 4096);
  EXPECT_TRUE(judged.request.edns.dnssec_ok);
}

TEST(RequestTest, ReadsEdnsWithOptions) {
  test::PlainMessage message = sim::MakeQuery(1, "www.example.", RRType::kA, 1400);
  message.edns->options = {0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8};
  const Octets query = message.Encode();
  const Judged judged = Judge(query);
  EXPECT_EQ(judged.verdict, RequestVerdict::kResolve);
  EXPECT_EQ(judged.request.edns.payload_octets, 1400);
  EXPECT_TRUE(wire::FindOption(judged.request.edns, wire::EdnsOption::kCookie).has_value());
}

// RFC 6891 section 6.2.3: values below 512 count as 512.
TEST(RequestTest, SmallPayloadCountsAs512) {
  for (const uint16_t payload : {1, 511, 512}) {
    const Judged judged = Judge(Query("a.", RRType::kA, {.payload_octets = payload}));
    EXPECT_EQ(judged.request.edns.payload_octets, 512) << payload;
  }
}

TEST(RequestTest, DropsWhatIsShorterThanAHeader) {
  const Octets query = Plain();
  for (size_t size = 0; size < wire::kHeaderOctets; ++size) {
    EXPECT_EQ(Judge(Octets(query.begin(), query.begin() + size)).verdict, RequestVerdict::kDrop);
  }
}

TEST(RequestTest, DropsResponses) {
  Octets query = Plain();
  query[2] |= 0x80;
  EXPECT_EQ(Judge(query).verdict, RequestVerdict::kDrop);
}

TEST(RequestTest, EveryCutOffQueryIsAFormatError) {
  for (const Octets& query : {Plain(), WithEdns()}) {
    for (size_t size = wire::kHeaderOctets; size < query.size(); ++size) {
      const Judged judged = Judge(Octets(query.begin(), query.begin() + size));
      EXPECT_EQ(judged.verdict, RequestVerdict::kReply) << size;
      EXPECT_EQ(judged.rcode, Rcode::kFormErr) << size;
      EXPECT_FALSE(judged.request.has_edns) << size;
    }
  }
}

TEST(RequestTest, OtherOpcodesAreNotImplemented) {
  for (int opcode = 1; opcode < 16; ++opcode) {
    Octets query = Plain();
    query[2] = static_cast<uint8_t>(opcode << 3);
    const Judged judged = Judge(query);
    EXPECT_EQ(judged.verdict, RequestVerdict::kReply);
    EXPECT_EQ(judged.rcode, Rcode::kNotImp) << opcode;
  }
}

TEST(RequestTest, OneQuestionIsAskedFor) {
  for (const uint8_t count : {0, 2}) {
    Octets query = Plain();
    query[5] = count;
    const Judged judged = Judge(query);
    EXPECT_EQ(judged.verdict, RequestVerdict::kReply);
    EXPECT_EQ(judged.rcode, Rcode::kFormErr);
    EXPECT_EQ(judged.request.question_end, 0);
  }
}

TEST(RequestTest, CompressionInTheQuestionIsAFormatError) {
  Octets query(wire::kHeaderOctets, 0);
  query[5] = 1;
  query.insert(query.end(), {0xc0, 12, 0, 1, 0, 1});
  EXPECT_EQ(Judge(query).rcode, Rcode::kFormErr);
}

// RFC 6891 section 6.1.1.
TEST(RequestTest, TwoOptAreAFormatError) {
  Octets query = WithEdns();
  Append(&query, {0, 0, 41, 4, 0xd0, 0, 0, 0, 0, 0, 0}, 2);
  const Judged judged = Judge(query);
  EXPECT_EQ(judged.verdict, RequestVerdict::kReply);
  EXPECT_EQ(judged.rcode, Rcode::kFormErr);
  EXPECT_FALSE(judged.request.has_edns);
  EXPECT_NE(judged.request.question_end, 0);
}

TEST(RequestTest, OptOutsideTheAdditionalSectionIsAFormatError) {
  Octets query = WithEdns();
  query[7] = 1;
  query[11] = 0;
  EXPECT_EQ(Judge(query).rcode, Rcode::kFormErr);
}

TEST(RequestTest, OptThatIsNotOwnedByTheRootIsAFormatError) {
  Octets query = Plain();
  Append(&query, {0xc0, 12, 0, 41, 4, 0xd0, 0, 0, 0, 0, 0, 0}, 1);
  EXPECT_EQ(Judge(query).rcode, Rcode::kFormErr);
}

TEST(RequestTest, OptionBeyondItsRdataIsAFormatError) {
  Octets query = Plain();
  Append(&query, {0, 0, 41, 4, 0xd0, 0, 0, 0, 0, 0, 5, 0, 10, 0, 8, 1}, 1);
  EXPECT_EQ(Judge(query).rcode, Rcode::kFormErr);
}

// RFC 6891 section 6.1.3.
TEST(RequestTest, UnknownEdnsVersionIsBadVers) {
  for (const bool with_option : {false, true}) {
    test::PlainMessage message = sim::MakeQuery(1, "www.example.", RRType::kA, 1232);
    message.edns->version = 1;
    if (with_option) message.edns->options = {0, 3, 0, 0};
    const Judged judged = Judge(message.Encode());
    EXPECT_EQ(judged.verdict, RequestVerdict::kReply);
    EXPECT_EQ(judged.rcode, Rcode::kBadVers);
    EXPECT_TRUE(judged.request.has_edns);
  }
}

TEST(RequestTest, OtherRecordsInAQueryMeanNothing) {
  Octets query = WithEdns();
  // TSIG's type; its RDATA is not looked at.
  Append(&query, {0, 0, 250, 0, 255, 0, 0, 0, 0, 0, 2, 7, 7}, 2);
  const Judged judged = Judge(query);
  EXPECT_EQ(judged.verdict, RequestVerdict::kResolve);
  EXPECT_TRUE(judged.request.has_edns);
}

TEST(RequestTest, TypesThatAreNoQuestionAboutData) {
  const std::pair<RRType, Rcode> expected[] = {
      {RRType::kAXFR, Rcode::kRefused}, {RRType::kIXFR, Rcode::kRefused},
      {RRType::kOPT, Rcode::kFormErr},  {RRType::kNone, Rcode::kFormErr},
      {RRType::kTKEY, Rcode::kNotImp},  {RRType::kTSIG, Rcode::kNotImp},
      {RRType::kMAILA, Rcode::kNotImp}, {RRType::kMAILB, Rcode::kNotImp},
  };
  for (const auto& [type, rcode] : expected) {
    const Judged judged = Judge(Query("www.example.", type));
    EXPECT_EQ(judged.verdict, RequestVerdict::kReply) << wire::ToText(type);
    EXPECT_EQ(judged.rcode, rcode) << wire::ToText(type);
  }
  for (const auto type : {RRType::kANY, RRType::kRRSIG, static_cast<RRType>(65280)}) {
    EXPECT_EQ(Judge(Query("www.example.", type)).verdict, RequestVerdict::kResolve);
  }
}

TEST(RequestTest, OtherClassesAreRefusedAndChaosIsTold) {
  test::PlainMessage message = sim::MakeQuery(1, "version.bind.", RRType::kTXT, 0);
  message.questions[0].rrclass = RRClass::kCH;
  EXPECT_EQ(Judge(message.Encode()).verdict, RequestVerdict::kChaos);
  for (const RRClass rrclass : {RRClass::kHS, RRClass::kANY, RRClass::kNONE}) {
    message.questions[0].rrclass = rrclass;
    const Judged judged = Judge(message.Encode());
    EXPECT_EQ(judged.verdict, RequestVerdict::kReply);
    EXPECT_EQ(judged.rcode, Rcode::kRefused);
  }
}

// A Request may be used for many queries. It must not show the OPT of the last one.
TEST(RequestTest, NothingStaysOfTheRequestBefore) {
  Request request;
  Rcode rcode = Rcode::kNoError;
  const Octets first = WithEdns();
  ASSERT_EQ(ParseRequest(first, &request, &rcode), RequestVerdict::kResolve);
  const Octets second = Plain();
  ASSERT_EQ(ParseRequest(second, &request, &rcode), RequestVerdict::kResolve);
  EXPECT_FALSE(request.has_edns);
  Octets third = Plain();
  third[2] = 5 << 3;
  third.resize(third.size() - 1);
  ASSERT_EQ(ParseRequest(third, &request, &rcode), RequestVerdict::kReply);
  EXPECT_EQ(request.question_end, 0);
}

}  // namespace
}  // namespace tern::resolver::answer
