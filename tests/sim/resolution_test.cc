// What the resolver does in a healthy internet, and how many upstream queries that takes.
#include "gtest/gtest.h"
#include "tests/sim/small_internet.h"

namespace tern::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using wire::Rcode;
using wire::RRType;

constexpr std::string_view kExample = "192.0.2.20";
constexpr std::string_view kResolutionRecords = R"(
www        300 A 198.51.100.1
www        300 TXT "hello"
mail       300 A 198.51.100.2
@          300 MX 10 mail
alias      300 CNAME www
*.wild     300 A 198.51.100.3
a.b.c.deep 300 A 198.51.100.4
)";

class ResolutionTest : public testing::Test {
 protected:
  ResolutionTest() {
    example_ = internet_.AddDomain("example.com.", {kExample}, kResolutionRecords).at(0);
  }
  void TearDown() override { EXPECT_EQ(internet_.CheckRest(), "") << internet_.world().Trace(); }

  // The questions for the TLD and priming come once, beside the first query. They are not counted.
  void Prime() {
    internet_.Start();
    EXPECT_EQ(internet_.Lookup("com.", RRType::kNS).rcode, Rcode::kNoError);
  }

  SmallInternet internet_{SimWorld::Options{.seed = 11}};
  ZoneServer* example_;
};

TEST_F(ResolutionTest, ColdLookupAsksOnceAZoneCut) {
  internet_.Start();
  const PlainMessage answer = internet_.Lookup("www.example.com.", RRType::kA);
  EXPECT_EQ(answer.rcode, Rcode::kNoError);
  ASSERT_EQ(answer.answer.size(), 1u);
  EXPECT_EQ(answer.answer[0].rdata, (Octets{198, 51, 100, 1}));
  // The root is asked for com. and, beside it, for its own servers (RFC 9609).
  EXPECT_LE(internet_.last_upstream_queries(SmallInternet::kRoot), 2u);
  EXPECT_EQ(internet_.last_upstream_queries(SmallInternet::kCom), 1u);
  EXPECT_EQ(internet_.last_upstream_queries(kExample), 1u);
  EXPECT_EQ(internet_.last_latency(), milliseconds(30));
}

TEST_F(ResolutionTest, WarmLookupAsksNobody) {
  internet_.Start();
  internet_.Lookup("www.example.com.", RRType::kA);
  EXPECT_EQ(internet_.Lookup("WWW.EXAMPLE.COM.", RRType::kA).answer.size(), 1u);
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
  EXPECT_EQ(internet_.last_latency(), Duration(0));
}

TEST_F(ResolutionTest, AnotherNameOfAKnownZoneAsksOnce) {
  internet_.Start();
  internet_.Lookup("www.example.com.", RRType::kA);
  EXPECT_EQ(internet_.Lookup("mail.example.com.", RRType::kA).answer.size(), 1u);
  EXPECT_EQ(internet_.last_upstream_queries(), 1u);
}

TEST_F(ResolutionTest, RootIsAskedOnceForManyNamesUnderOneTld) {
  std::vector<std::string> zones;
  for (int i = 0; i < 50; ++i) {
    zones.push_back("d" + std::to_string(i) + ".com.");
    const std::string address = "203.0.113." + std::to_string(i + 1);
    internet_.AddDomain(zones.back(), {address}, "www 300 A 198.51.100.9\n");
  }
  internet_.Start();
  for (const std::string& zone : zones) {
    EXPECT_EQ(internet_.Lookup("www." + zone, RRType::kA).answer.size(), 1u);
  }
  EXPECT_LE(internet_.world().CountUpstream(SmallInternet::kRoot), 2u);
  EXPECT_EQ(internet_.world().CountUpstream(SmallInternet::kCom), 50u);
}

TEST_F(ResolutionTest, EqualQuestionsAtOnceAreOneExchange) {
  Prime();
  const size_t before = internet_.world().upstream().size();
  std::vector<ClientQueryId> clients;
  for (int i = 0; i < 200; ++i) {
    clients.push_back(
        internet_.Ask(i % 2 == 0 ? "www.example.com." : "WWW.example.com.", RRType::kA));
  }
  internet_.world().RunFor(seconds(1));
  for (const ClientQueryId client : clients) {
    const std::optional<PlainMessage> reply = internet_.world().client_query(client).Message();
    ASSERT_TRUE(reply.has_value());
    EXPECT_EQ(reply->answer.size(), 1u);
  }
  EXPECT_EQ(internet_.world().CountUpstream("", before), 2u);  // com. and example.com.
}

TEST_F(ResolutionTest, RepliesKeepTheClientsIdAndLetters) {
  internet_.Start();
  for (int round = 0; round < 2; ++round) {
    PlainMessage query = MakeQuery(0x1234, "wWw.ExAmple.COM.", RRType::kA);
    const ClientQueryId id = internet_.world().AskDatagram(query.Encode());
    ASSERT_TRUE(internet_.world().RunUntilAnswered(id, seconds(5)));
    const std::optional<PlainMessage> reply = internet_.world().client_query(id).Message();
    EXPECT_EQ(reply->id, 0x1234);
    EXPECT_TRUE(reply->questions.at(0).name.view().EqualsExactly(query.questions[0].name));
    EXPECT_EQ(reply->FlagsToText(), "QR RD RA");
  }
}

TEST_F(ResolutionTest, StreamsAreAnsweredToo) {
  internet_.Start();
  for (int round = 0; round < 2; ++round) {
    const ClientQueryId id =
        internet_.world().AskStream(MakeQuery(7, "www.example.com.", RRType::kA).Encode());
    ASSERT_TRUE(internet_.world().RunUntilAnswered(id, seconds(5)));
    EXPECT_EQ(internet_.world().client_query(id).Message()->answer.size(), 1u);
  }
}

TEST_F(ResolutionTest, EveryTypeOfNameComesOutAsItIsInTheZone) {
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("alias.example.com.", RRType::kA).answer.size(), 2u);
  EXPECT_EQ(internet_.Lookup("example.com.", RRType::kMX).answer.size(), 1u);
  EXPECT_EQ(internet_.Lookup("x.wild.example.com.", RRType::kA).answer.size(), 1u);
  EXPECT_EQ(internet_.Lookup("a.b.c.deep.example.com.", RRType::kA).answer.size(), 1u);
  const PlainMessage empty = internet_.Lookup("c.deep.example.com.", RRType::kA);
  EXPECT_EQ(empty.rcode, Rcode::kNoError);
  EXPECT_TRUE(empty.answer.empty());
  EXPECT_EQ(empty.authority.at(0).type, RRType::kSOA);
  EXPECT_EQ(internet_.Lookup("nothing.example.com.", RRType::kA).rcode, Rcode::kNXDomain);
  EXPECT_EQ(internet_.Lookup("nothing.net.", RRType::kA).rcode, Rcode::kNXDomain);
}

TEST_F(ResolutionTest, LargeAnswersComeOverTcp) {
  std::string records;
  for (int i = 0; i < 40; ++i) {
    records += "big 300 TXT \"" + std::string(100, 'x') + std::to_string(i) + "\"\n";
  }
  internet_.AddDomain("large.com.", {"192.0.2.40"}, records);
  internet_.Start();
  EXPECT_TRUE(internet_.Lookup("big.large.com.", RRType::kTXT).Has(wire::kFlagTC));
  const ClientQueryId id =
      internet_.world().AskStream(MakeQuery(7, "big.large.com.", RRType::kTXT).Encode());
  ASSERT_TRUE(internet_.world().RunUntilAnswered(id, seconds(5)));
  EXPECT_EQ(internet_.world().client_query(id).Message()->answer.size(), 40u);
  EXPECT_EQ(internet_.world().upstream().back().transport, Transport::kTcp);
}

TEST_F(ResolutionTest, AddressesRotate) {
  internet_.AddDomain("many.com.", {"192.0.2.41"},
                      "www 300 A 198.51.100.1\nwww 300 A 198.51.100.2\nwww 300 A 198.51.100.3\n");
  internet_.Start();
  std::map<Octets, int> first;
  for (int i = 0; i < 30; ++i) {
    const PlainMessage answer = internet_.Lookup("www.many.com.", RRType::kA);
    ASSERT_EQ(answer.answer.size(), 3u);
    ++first[answer.answer[0].rdata];
  }
  EXPECT_EQ(first.size(), 3u);
}

TEST_F(ResolutionTest, EveryUpstreamQueryHasAnIdAndLettersOfItsOwn) {
  std::string records;
  for (int i = 0; i < 200; ++i) records += "host" + std::to_string(i) + " 300 A 198.51.100.1\n";
  internet_.AddDomain("fresh.com.", {"192.0.2.42"}, records);
  internet_.Start();
  for (int i = 0; i < 200; ++i) {
    internet_.Lookup("host" + std::to_string(i) + ".fresh.com.", RRType::kA);
  }
  std::map<uint16_t, int> ids;
  int mixed = 0;
  for (const UpstreamQuery& query : internet_.world().upstream()) {
    ++ids[query.id];
    wire::Name lower = query.name;
    lower.Lower();
    if (!lower.view().EqualsExactly(query.name)) ++mixed;
  }
  EXPECT_GT(ids.size(), 195u);
  EXPECT_GT(mixed, 195);
}

TEST_F(ResolutionTest, Ipv6OnlyServersAreReached) {
  internet_.AddDomain("six.com.", {"2001:db8::20"}, "www 300 A 198.51.100.1\n");
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("www.six.com.", RRType::kA).answer.size(), 1u);
}

TEST_F(ResolutionTest, SwitchedOffAddressFamiliesAreNotAsked) {
  internet_.AddDomain("both.com.", {"2001:db8::20", "192.0.2.43"}, "www 300 A 198.51.100.1\n");
  internet_.settings().resolution.ipv6 = resolver::Ipv6Use::kOff;
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("www.both.com.", RRType::kA).answer.size(), 1u);
  EXPECT_EQ(internet_.world().CountUpstream("2001:db8::20"), 0u);
}

TEST_F(ResolutionTest, ForwardedZoneGoesToItsForwarderWithRd) {
  ZoneServer* forwarder = internet_.AddServer("192.0.2.50", "corp.net.",
                                              "@ 60 SOA a. b. 1 2 3 4 5\nwww 60 A 198.51.100.7\n");
  internet_.settings().static_zones.push_back(
      {NameOf("corp.net."), {*Endpoint::Parse("192.0.2.50:53", 53)}, true, false});
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("www.corp.net.", RRType::kA).answer.size(), 1u);
  EXPECT_EQ(internet_.last_upstream_queries(), 1u);
  EXPECT_EQ(forwarder->queries(), 1u);
}

TEST_F(ResolutionTest, StubZoneGoesToItsServers) {
  internet_.AddServer("192.0.2.51", "corp.net.",
                      "@ 60 SOA a. b. 1 2 3 4 5\n@ 60 NS ns.corp.net.\nns 60 A 192.0.2.51\n"
                      "www 60 A 198.51.100.7\n");
  internet_.settings().static_zones.push_back(
      {NameOf("corp.net."), {*Endpoint::Parse("192.0.2.51:53", 53)}, false, false});
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("www.corp.net.", RRType::kA).answer.size(), 1u);
  EXPECT_EQ(internet_.world().CountUpstream(SmallInternet::kNet), 0u);
}

TEST_F(ResolutionTest, StrangersAreRefused) {
  internet_.settings().allow = {*resolver::Prefix::Parse("127.0.0.0/8")};
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("www.example.com.", RRType::kA).rcode, Rcode::kRefused);
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
}

// If a connection were never told, it would still wait for an answer to that message.
TEST_F(ResolutionTest, AStreamIsToldOfMessagesThatGetNoAnswer) {
  for (const bool allowed : {true, false}) {
    SmallInternet internet(SimWorld::Options{.seed = 1});
    if (!allowed) internet.settings().allow = {*resolver::Prefix::Parse("127.0.0.0/8")};
    internet.Start();
    Octets response = MakeQuery(7, "www.example.com.", RRType::kA).Encode();
    response[2] |= 0x80;  // QR
    const ClientQueryId told = internet.world().AskStream(response);
    const ClientQueryId silent = internet.world().AskDatagram(response);
    internet.world().RunFor(seconds(1));
    EXPECT_EQ(internet.world().client_query(told).replies, 1);
    EXPECT_TRUE(internet.world().client_query(told).reply.empty());
    EXPECT_EQ(internet.world().client_query(silent).replies, 0);
  }
}

std::string TraceOf(uint64_t seed) {
  Link link{.latency = Latency::LogNormal(milliseconds(20), 0.5)};
  link.loss = link.duplication = link.reordering = 0.05;
  SmallInternet internet(SimWorld::Options{.seed = seed, .link = link});
  internet.AddDomain("example.com.", {"192.0.2.20", "192.0.2.21"}, kResolutionRecords);
  internet.Start();
  for (const char* name : {"www.example.com.", "alias.example.com.", "no.example.com."}) {
    internet.Ask(name, RRType::kA);
    internet.world().RunFor(milliseconds(10));
  }
  internet.world().RunFor(seconds(20));
  return internet.world().Trace();
}

TEST(DeterminismTest, EqualSeedsGiveEqualTracesOfTheWholeResolver) {
  EXPECT_EQ(TraceOf(1), TraceOf(1));
  EXPECT_NE(TraceOf(1), TraceOf(2));
}

}  // namespace
}  // namespace tern::sim
