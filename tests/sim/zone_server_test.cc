#include "tests/sim/zone_server.h"

#include "gtest/gtest.h"

namespace tern::sim {
namespace {

constexpr std::string_view kServedZone = R"(
@       3600 SOA ns hostmaster 1 2 3 4 300
@       3600 NS  ns
ns      3600 A   192.0.2.1
www     300  A   192.0.2.2
alias   300  CNAME www
out     300  CNAME www.example.net.
sub     600  NS  ns.sub
sub     600  NS  ns.elsewhere.
ns.sub  600  A   192.0.2.5
ns.sub  600  AAAA 2001:db8::5
old     600  DNAME www.example.
long    600  DNAME aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc.dddddddddddddddddddddddddddddd.
big     60 TXT "0123456789012345678901234567890123456789012345678901234567890123456789" "1"
big     60 TXT "0123456789012345678901234567890123456789012345678901234567890123456789" "2"
big     60 TXT "0123456789012345678901234567890123456789012345678901234567890123456789" "3"
big     60 TXT "0123456789012345678901234567890123456789012345678901234567890123456789" "4"
big     60 TXT "0123456789012345678901234567890123456789012345678901234567890123456789" "5"
big     60 TXT "0123456789012345678901234567890123456789012345678901234567890123456789" "6"
big     60 TXT "0123456789012345678901234567890123456789012345678901234567890123456789" "7"
)";

class ZoneServerTest : public testing::Test {
 protected:
  SimAnswer Send(const PlainMessage& query, Transport transport = Transport::kUdp) {
    const Octets octets = query.Encode();
    return server_.OnQuery({Endpoint{}, transport, octets, Time{}});
  }
  PlainMessage Ask(std::string_view name, wire::RRType type,
                   Transport transport = Transport::kUdp) {
    const SimAnswer answer = Send(MakeQuery(9, name, type), transport);
    EXPECT_EQ(answer.replies.size(), 1u);
    return PlainMessage::Decode(answer.replies.at(0).octets).value();
  }

  ZoneServer server_{"example.", kServedZone};
};

TEST_F(ZoneServerTest, AnswersWithAuthority) {
  const PlainMessage reply = Ask("www.example.", wire::RRType::kA);
  EXPECT_EQ(reply.id, 9);
  EXPECT_EQ(reply.FlagsToText(), "QR AA RD");
  EXPECT_EQ(reply.answer.size(), 1u);
  EXPECT_TRUE(reply.authority.empty());
}

TEST_F(ZoneServerTest, NegativeAnswersCarryTheSoa) {
  const PlainMessage nodata = Ask("www.example.", wire::RRType::kMX);
  EXPECT_EQ(nodata.rcode, wire::Rcode::kNoError);
  ASSERT_EQ(nodata.authority.size(), 1u);
  EXPECT_EQ(nodata.authority[0].type, wire::RRType::kSOA);
  EXPECT_EQ(Ask("no.example.", wire::RRType::kA).rcode, wire::Rcode::kNXDomain);
}

TEST_F(ZoneServerTest, FollowsCnameAsFarAsItsZonesReach) {
  EXPECT_EQ(Ask("alias.example.", wire::RRType::kA).answer.size(), 2u);
  const PlainMessage out = Ask("out.example.", wire::RRType::kA);
  EXPECT_EQ(out.answer.size(), 1u);
  EXPECT_EQ(out.rcode, wire::Rcode::kNoError);
}

TEST_F(ZoneServerTest, RefersWithTheGlueItHas) {
  const PlainMessage reply = Ask("a.sub.example.", wire::RRType::kA);
  EXPECT_FALSE(reply.Has(wire::kFlagAA));
  EXPECT_EQ(reply.authority.size(), 2u);
  EXPECT_EQ(reply.additional.size(), 2u);
}

TEST_F(ZoneServerTest, SynthesisesCnamesFromDname) {
  const PlainMessage reply = Ask("x.y.old.example.", wire::RRType::kA);
  ASSERT_EQ(reply.answer.size(), 2u);
  EXPECT_EQ(reply.answer[0].type, wire::RRType::kDNAME);
  EXPECT_EQ(reply.answer[1].type, wire::RRType::kCNAME);
  EXPECT_EQ(reply.rcode, wire::Rcode::kNXDomain);  // x.y.www.example. is not there
  const std::string label(60, 'z');
  EXPECT_EQ(Ask(label + ".long.example.", wire::RRType::kA).rcode, wire::Rcode::kYXDomain);
}

TEST_F(ZoneServerTest, RefusesWhatIsNotIts) {
  EXPECT_EQ(Ask("www.example.net.", wire::RRType::kA).rcode, wire::Rcode::kRefused);
}

TEST_F(ZoneServerTest, CutsOverUdpAndIsWholeOverTcp) {
  const SimAnswer small = Send(MakeQuery(9, "big.example.", wire::RRType::kTXT, 0));
  const PlainMessage cut = PlainMessage::Decode(small.replies.at(0).octets).value();
  EXPECT_TRUE(cut.Has(wire::kFlagTC));
  EXPECT_TRUE(cut.answer.empty());
  EXPECT_EQ(Ask("big.example.", wire::RRType::kTXT).answer.size(), 7u);
  EXPECT_EQ(Ask("big.example.", wire::RRType::kTXT, Transport::kTcp).answer.size(), 7u);
}

TEST_F(ZoneServerTest, MisbehavesAsTold) {
  server_.conduct().fault = Fault::kSilent;
  EXPECT_TRUE(Send(MakeQuery(9, "www.example.", wire::RRType::kA)).replies.empty());
  server_.conduct().fault = Fault::kUnreachable;
  EXPECT_TRUE(Send(MakeQuery(9, "www.example.", wire::RRType::kA)).refuses_connection);
  server_.conduct().fault = Fault::kServFail;
  EXPECT_EQ(Ask("www.example.", wire::RRType::kA).rcode, wire::Rcode::kServFail);
  server_.conduct().fault = Fault::kWrongId;
  EXPECT_EQ(Ask("www.example.", wire::RRType::kA).id, 10);
  server_.conduct().fault = Fault::kWrongCase;
  EXPECT_TRUE(Ask("www.eXample.", wire::RRType::kA)
                  .questions[0]
                  .name.view()
                  .EqualsExactly(NameOf("WWW.ExAMPLE.")));
  server_.conduct().fault = Fault::kTruncatesAlways;
  EXPECT_TRUE(Ask("www.example.", wire::RRType::kA).Has(wire::kFlagTC));
  EXPECT_FALSE(Ask("www.example.", wire::RRType::kA, Transport::kTcp).Has(wire::kFlagTC));
  server_.conduct().fault = Fault::kRefersUpward;
  const PlainMessage upward = Ask("www.example.", wire::RRType::kA);
  ASSERT_EQ(upward.authority.size(), 1u);
  EXPECT_TRUE(upward.authority[0].owner.view().IsRoot());
  server_.conduct().fault = Fault::kGarbage;
  const SimAnswer garbage = Send(MakeQuery(9, "www.example.", wire::RRType::kA));
  EXPECT_FALSE(PlainMessage::Decode(garbage.replies.at(0).octets).has_value());
}

TEST_F(ZoneServerTest, MayFailWithEdnsOnly) {
  server_.conduct().with_edns = Fault::kFormErr;
  EXPECT_EQ(Ask("www.example.", wire::RRType::kA).rcode, wire::Rcode::kFormErr);
  const SimAnswer plain = Send(MakeQuery(9, "www.example.", wire::RRType::kA, 0));
  EXPECT_EQ(PlainMessage::Decode(plain.replies.at(0).octets)->answer.size(), 1u);
}

TEST_F(ZoneServerTest, RefusesAnEdnsVersionItDoesNotKnow) {
  PlainMessage query = MakeQuery(9, "www.example.", wire::RRType::kA);
  query.edns->version = 1;
  const SimAnswer answer = Send(query);
  EXPECT_EQ(PlainMessage::Decode(answer.replies.at(0).octets)->rcode, wire::Rcode::kBadVers);
}

}  // namespace
}  // namespace tern::sim
