// "Off-path spoofing (Kaminsky)", "Equal questions at once (birthday)" and "Fragments": an attacker
// has one datagram to guess at, gets no second try, and puts nothing into the store.
#include "tests/sim/threats/threat_test.h"

namespace tern::sim {
namespace {

constexpr std::string_view kSpoofingRecords = "www 300 A 198.51.100.1\nftp 300 A 198.51.100.2\n";
const Octets kTrue = {198, 51, 100, 1};
const Octets kForged = {203, 0, 113, 66};

enum class Guess { kWrongId, kWrongCase, kWrongName, kWrongType, kWrongClass, kNoReply };

// Sends twenty forged answers to every datagram that goes to one server. Each is wrong in one
// thing.
class Guesser : public SimServer {
 public:
  Guesser(std::string_view server, Guess guess)
      : server_(*IpAddress::Parse(server)), guess_(guess) {}

  SimAnswer OnQuery(const SimQuery& query) override {
    const std::optional<PlainMessage> message = PlainMessage::Decode(query.octets);
    if (!message || !(query.server.address == server_)) return {};
    SimAnswer forged;
    for (int i = 1; i <= 20; ++i) {
      forged.replies.push_back({Forge(*message, i).Encode(), Duration(i)});
    }
    return forged;
  }

 private:
  PlainMessage Forge(PlainMessage reply, int i) const {
    PlainQuestion& question = reply.questions[0];
    const wire::Name asked = question.name;
    reply.flags = wire::kFlagQR | wire::kFlagAA;
    if (guess_ == Guess::kWrongId) reply.id = static_cast<uint16_t>(reply.id + i);
    if (guess_ == Guess::kWrongCase) question.name.Lower();
    // As long as the right one: otherwise the rest of the message would be read shifted.
    if (guess_ == Guess::kWrongName) question.name = NameOf("ftp.example.com.");
    if (guess_ == Guess::kWrongType) question.type = RRType::kAAAA;
    if (guess_ == Guess::kWrongClass) question.rrclass = wire::RRClass::kCH;
    if (guess_ == Guess::kNoReply) reply.flags = 0;
    reply.answer.push_back({asked, RRType::kA, wire::RRClass::kIN, 86400, kForged});
    reply.answer.push_back({question.name, RRType::kA, wire::RRClass::kIN, 86400, kForged});
    return reply;
  }

  IpAddress server_;
  Guess guess_;
};

class SpoofingTest : public ThreatTest {
 protected:
  SpoofingTest() { internet_.AddDomain("example.com.", {kVictim}, kSpoofingRecords); }

  size_t CountOver(Transport transport, std::string_view address, size_t first = 0) {
    const std::vector<UpstreamQuery>& all = internet_.world().upstream();
    return static_cast<size_t>(std::count_if(all.begin() + static_cast<std::ptrdiff_t>(first),
                                             all.end(), [&](const UpstreamQuery& query) {
                                               return query.transport == transport &&
                                                      query.server.address.ToText() == address;
                                             }));
  }
};

// "match address, port, id, name (0x20), type, class; on a wrong id for an open query: count it, go
// to TCP for that exchange"
TEST_F(SpoofingTest, AnyWrongGuessSendsTheExchangeToTcpAndIsNotBelieved) {
  for (const Guess guess : {Guess::kWrongId, Guess::kWrongCase, Guess::kWrongName,
                            Guess::kWrongType, Guess::kWrongClass, Guess::kNoReply}) {
    SCOPED_TRACE("guess " + std::to_string(static_cast<int>(guess)));
    SmallInternet internet(SimWorld::Options{.seed = 4});
    internet.AddDomain("example.com.", {kVictim}, kSpoofingRecords);
    Guesser guesser(kVictim, guess);
    internet.world().SetSpoofer(&guesser);
    const RestCheck rest(&internet);
    internet.Start();
    const PlainMessage answer = internet.Lookup("www.example.com.", RRType::kA);
    ASSERT_EQ(answer.answer.size(), 1u) << internet.world().Trace();
    EXPECT_EQ(answer.answer[0].rdata, kTrue);
    // One datagram got a guess. The other exchange cannot be reached by an attacker who is not on
    // the path.
    EXPECT_EQ(internet.last_upstream_queries(kVictim), 2u) << internet.world().Trace();
    EXPECT_EQ(internet.world().upstream().back().transport, Transport::kTcp);
    // The server itself may change the case, so this alone is no forgery.
    EXPECT_EQ(internet.resolver().recursor().counters().forgeries,
              guess == Guess::kWrongCase ? 0u : 1u);
    internet.resolver().store().ForEach([&](cache::EntryView entry) {
      if (entry.kind() != cache::EntryKind::kRRset || entry.type() != RRType::kA) return;
      EXPECT_EQ(resolver::test::RecordLines(entry, RRType::kA).find("203.0.113.66"),
                std::string::npos);
    });
  }
}

// The server itself never sends another case. One datagram in another case must not end the random
// case for all later queries.
TEST_F(SpoofingTest, AForgeryInAnotherCaseDoesNotEndRandomCase) {
  Guesser guesser(kVictim, Guess::kWrongCase);
  internet_.world().SetSpoofer(&guesser);
  const RestCheck rest(&internet_);
  internet_.Start();
  for (const char* name : {"www.example.com.", "ftp.example.com.", "www.example.com."}) {
    const PlainMessage answer = internet_.Lookup(name, RRType::kA);
    ASSERT_EQ(answer.answer.size(), 1u) << Trace();
    EXPECT_NE(answer.answer[0].rdata, kForged) << name;
    internet_.world().RunFor(seconds(301));
  }
}

// A reply without a question would answer any question.
TEST_F(SpoofingTest, ARecordWithoutTheQuestionIsNotBelievedWhateverTheCode) {
  for (int rcode = 0; rcode < 16; ++rcode) {
    SCOPED_TRACE(rcode);
    SmallInternet internet(SimWorld::Options{.seed = 4});
    internet.AddDomain("example.com.", {kVictim}, kSpoofingRecords);
    ScriptedServer forger([rcode](const SimQuery&, PlainMessage* reply) {
      reply->answer.push_back(
          {reply->questions[0].name, RRType::kA, wire::RRClass::kIN, 86400, kForged});
      reply->questions.clear();
      reply->rcode = static_cast<Rcode>(rcode);
      return true;
    });
    internet.world().SetSpoofer(&forger);
    const RestCheck rest(&internet);
    internet.Start();
    const PlainMessage answer = internet.Lookup("www.example.com.", RRType::kA);
    for (const PlainRecord& record : answer.answer) EXPECT_NE(record.rdata, kForged);
    EXPECT_EQ(StoredAddresses(internet, "www.example.com.").find("203.0.113.66"),
              std::string::npos);
  }
}

TEST_F(SpoofingTest, ADenialBehindAnAliasDoesNotReplaceWhatIsKnown) {
  ScriptedServer server([](const SimQuery&, PlainMessage* reply) {
    const std::string name = wire::ToText(reply->questions[0].name.view());
    if (name[0] == 'w') {
      reply->answer = Records("www.attacker.com. 300 A 198.51.100.1\n");
    } else {
      reply->answer = Records(name + " 300 CNAME www.attacker.com.\n");
      reply->authority = Records("attacker.com. 300 SOA a. b. 1 2 3 4 300\n");
    }
    return true;
  });
  AddAttacker(&internet_, &server);
  internet_.settings().resolution.case_randomisation = false;
  const RestCheck rest(&internet_);
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("www.attacker.com.", RRType::kA).answer.size(), 1u);
  EXPECT_EQ(internet_.Lookup("r1.attacker.com.", RRType::kA).answer.size(), 1u) << Trace();
  EXPECT_EQ(internet_.Lookup("www.attacker.com.", RRType::kA).answer.size(), 1u);
}

// Kaminsky's attack with a right guess: the reply about a name that nobody knew does not replace
// what is known of another name.
TEST_F(SpoofingTest, AReplyAboutOneNameDoesNotReplaceWhatIsKnownOfAnother) {
  ScriptedServer server([](const SimQuery&, PlainMessage* reply) {
    const std::string name = wire::ToText(reply->questions[0].name.view());
    reply->answer = name[0] == 'w' ? Records("www.attacker.com. 300 A 198.51.100.1\n")
                                   : Records(name + " 300 CNAME www.attacker.com.\n" +
                                             "www.attacker.com. 86400 A 203.0.113.66\n");
    return true;
  });
  AddAttacker(&internet_, &server);
  internet_.settings().resolution.case_randomisation = false;
  const RestCheck rest(&internet_);
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("www.attacker.com.", RRType::kA).answer.at(0).rdata, kTrue);
  EXPECT_EQ(internet_.Lookup("r1.attacker.com.", RRType::kA).answer.size(), 2u) << Trace();
  EXPECT_EQ(internet_.Lookup("www.attacker.com.", RRType::kA).answer.at(0).rdata, kTrue);
}

TEST_F(SpoofingTest, NothingOfAForgeryIsStored) {
  Guesser guesser(kVictim, Guess::kWrongName);
  internet_.world().SetSpoofer(&guesser);
  const RestCheck rest(&internet_);
  internet_.Start();
  internet_.Lookup("www.example.com.", RRType::kA);
  EXPECT_EQ(Stored("example.com."),
            (Lines{"delegation example.com. 3600", "rrset www.example.com. A 300"}));
  EXPECT_EQ(StoredAddresses(internet_, "www.example.com."), "198.51.100.1\n");
}

// Kaminsky's attack: names that nobody has asked for, each a new race.
TEST_F(SpoofingTest, NamesThatAreAskedForTheFirstTimeGiveNoFurtherTries) {
  Guesser guesser(kVictim, Guess::kWrongId);
  internet_.world().SetSpoofer(&guesser);
  const RestCheck rest(&internet_);
  internet_.Start();
  for (int i = 0; i < 50; ++i) {
    const std::string name = "n" + std::to_string(i) + ".example.com.";
    EXPECT_EQ(internet_.Lookup(name, RRType::kA).rcode, Rcode::kNXDomain) << Trace();
    EXPECT_LE(internet_.last_upstream_queries(kVictim), 2u);
  }
  EXPECT_EQ(CountOver(Transport::kUdp, kVictim), 50u);
  EXPECT_EQ(CountOver(Transport::kTcp, kVictim), 50u);
  EXPECT_EQ(internet_.resolver().recursor().counters().forgeries, 50u);
  EXPECT_EQ(StoredServers(internet_, "example.com."), "ns1.example.com. 192.0.2.20\n");
}

// After a sign of forgery a zone has one datagram open at a time, for any number of replicas.
TEST_F(SpoofingTest, AZoneUnderAttackHasOneDatagramOpen) {
  const std::vector<ZoneServer*> servers = internet_.AddDomain(
      "many.com.", {"192.0.2.31", "192.0.2.32", "192.0.2.33", "192.0.2.34"}, kSpoofingRecords);
  Guesser guesser("192.0.2.31", Guess::kWrongId);
  const RestCheck rest(&internet_);
  internet_.Start();
  internet_.Lookup("www.many.com.", RRType::kA);
  internet_.world().SetSpoofer(&guesser);
  // Asks until the guesser's server was chosen.
  const resolver::WorkerCounters& statistics = internet_.resolver().recursor().counters();
  for (int i = 0; i < 100 && statistics.forgeries == 0; ++i) {
    internet_.Lookup("x" + std::to_string(i) + ".many.com.", RRType::kA);
  }
  ASSERT_GT(statistics.forgeries, 0u);
  for (ZoneServer* server : servers) server->conduct().fault = Fault::kSilent;
  internet_.world().ForgetMost();
  internet_.Lookup("ftp.many.com.", RRType::kA);
  EXPECT_EQ(internet_.world().open_datagrams_max(), 1u) << Trace();
}

// "one outstanding upstream exchange per (name, type, class), process-wide"
TEST_F(SpoofingTest, AThousandEqualQuestionsAreOneExchange) {
  internet_.AddDomain("dual.com.", {"192.0.2.41", "2001:db8::41"}, kSpoofingRecords);
  internet_.Start();
  internet_.Lookup("dual.com.", RRType::kNS);  // what leads there is known
  const size_t before = Sent();
  for (int i = 0; i < 1000; ++i) {
    const PlainMessage query =
        MakeQuery(static_cast<uint16_t>(i), i % 3 == 0 ? "WWW.dual.COM." : "www.dual.com.",
                  RRType::kA, i % 5 == 0 ? 0 : 1232);
    if (i % 2 == 0) {
      internet_.world().AskDatagram(query.Encode());
    } else {
      internet_.world().AskStream(query.Encode());
    }
    // Some come while the exchange is on its way.
    if (i % 250 == 249) internet_.world().RunFor(milliseconds(2));
  }
  internet_.world().RunFor(seconds(2));
  EXPECT_EQ(Sent() - before, 1u) << Trace();
  for (ClientQueryId id = 1; id <= 1000; ++id) {
    const ClientQuery& client = internet_.world().client_query(id);
    ASSERT_TRUE(client.Message().has_value());
    EXPECT_EQ(client.Message()->answer.size(), 1u);
    EXPECT_EQ(client.replies, 1);
  }
}

// If the replicas are silent, one race still bounds the copies of a question.
TEST_F(SpoofingTest, AThousandEqualQuestionsAreOneRaceWhenTheServerIsSilent) {
  ZoneServer* server = internet_.AddDomain("mute.com.", {"192.0.2.42"}, kSpoofingRecords).at(0);
  internet_.Start();
  internet_.Lookup("mute.com.", RRType::kNS);
  server->conduct().fault = Fault::kSilent;
  const size_t before = Sent();
  for (int i = 0; i < 1000; ++i) internet_.Ask("www.mute.com.", RRType::kA);
  internet_.world().RunFor(seconds(20));
  // One more asks the zone's parent.
  EXPECT_LE(Sent() - before, 3u + 1u) << Trace();
  EXPECT_EQ(internet_.world().unanswered(), 0u);
}

// "advertise 1232; no path-MTU games; TC -> TCP"
TEST_F(SpoofingTest, EveryUpstreamQueryAdvertises1232) {
  internet_.AddDomain("lost.com.", {"192.0.2.51"}, kSpoofingRecords).at(0)->conduct().fault =
      Fault::kSilent;
  internet_.AddDomain("big.com.", {"192.0.2.52"}, kSpoofingRecords).at(0)->conduct().fault =
      Fault::kTruncatesAlways;
  internet_.Start();
  internet_.Lookup("www.example.com.", RRType::kA);
  internet_.Lookup("www.lost.com.", RRType::kA);
  internet_.Lookup("www.big.com.", RRType::kA);
  internet_.world().RunFor(seconds(10));
  for (const UpstreamQuery& query : internet_.world().upstream()) {
    // The third try of a silent server has no EDNS, which allows 512 octets.
    if (query.edns || query.server.address.ToText() != "192.0.2.51") {
      EXPECT_EQ(query.payload_octets, 1232) << query.server.ToText();
    }
  }
}

TEST_F(SpoofingTest, ATruncatedAnswerIsAskedForOverTcpAndNoPartOfItIsKept) {
  std::string records;
  for (int i = 0; i < 40; ++i) {
    records += "big 300 TXT \"" + std::string(100, 'x') + std::to_string(i) + "\"\n";
  }
  internet_.AddDomain("large.com.", {"192.0.2.53"}, records).at(0)->conduct().tcp_silent = true;
  internet_.AddDomain("whole.com.", {"192.0.2.54"}, records);
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("big.large.com.", RRType::kTXT).rcode, Rcode::kServFail);
  internet_.world().RunFor(seconds(5));
  EXPECT_EQ(CountOver(Transport::kUdp, "192.0.2.53"), CountOver(Transport::kTcp, "192.0.2.53"));
  EXPECT_LE(CountOver(Transport::kTcp, "192.0.2.53"), 3u);
  EXPECT_EQ(Stored("large.com.").size(), 2u) << testing::PrintToString(Stored("large.com."));

  internet_.Lookup("big.whole.com.", RRType::kTXT);
  EXPECT_EQ(CountOver(Transport::kUdp, "192.0.2.54"), 1u);
  EXPECT_EQ(CountOver(Transport::kTcp, "192.0.2.54"), 1u);
  EXPECT_EQ(Stored("whole.com."),
            (Lines{"delegation whole.com. 3600", "rrset big.whole.com. TXT 300"}));
}

}  // namespace
}  // namespace tern::sim
