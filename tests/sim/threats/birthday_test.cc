// "Equal questions at once (birthday)" (RFC 5452 section 5): however many clients ask, one question
// has one exchange open with a zone's servers. That holds for parts of names, for the targets of
// aliases and for traced questions too.
#include <deque>

#include "tests/sim/threats/threat_test.h"

namespace tern::sim {
namespace {

constexpr std::string_view kHostRecords = "www 300 A 198.51.100.1\n*.deep 300 A 198.51.100.2\n";
constexpr int kClients = 200;

class BirthdayTest : public ThreatTest {
 protected:
  BirthdayTest() { internet_.AddDomain("example.com.", {kVictim}, kHostRecords); }

  size_t CountAsked(std::string_view name, Transport transport = Transport::kUdp) {
    const wire::Name wanted = NameOf(name);
    size_t count = 0;
    for (const UpstreamQuery& query : internet_.world().upstream()) {
      if (query.transport == transport && query.name.view().Equals(wanted)) ++count;
    }
    return count;
  }

  // Different names, each from a client of its own, at once.
  std::vector<ClientQueryId> AskForMany(const std::string& below, int count = kClients) {
    std::vector<ClientQueryId> clients;
    for (int i = 0; i < count; ++i) {
      clients.push_back(internet_.Ask("r" + std::to_string(i) + "." + below, RRType::kA));
    }
    return clients;
  }

  void ExpectAnswers(const std::vector<ClientQueryId>& clients, Rcode rcode, size_t records) {
    for (const ClientQueryId id : clients) {
      const std::optional<PlainMessage> answer = internet_.world().client_query(id).Message();
      ASSERT_TRUE(answer.has_value()) << Trace();
      EXPECT_EQ(answer->rcode, rcode) << Trace();
      EXPECT_EQ(answer->answer.size(), records);
    }
  }
};

TEST_F(BirthdayTest, PartsOfManyNamesAreOneExchangeEach) {
  internet_.Start();
  const std::vector<ClientQueryId> clients = AskForMany("deep.example.com.");
  internet_.world().RunFor(seconds(5));
  EXPECT_EQ(CountAsked("com."), 1u);
  EXPECT_EQ(CountAsked("example.com."), 1u);
  EXPECT_EQ(CountAsked("deep.example.com."), 1u);
  ExpectAnswers(clients, Rcode::kNoError, 1);
}

TEST_F(BirthdayTest, APartThatIsDeniedIsOneExchange) {
  internet_.Start();
  const std::vector<ClientQueryId> clients = AskForMany("none.example.com.");
  internet_.world().RunFor(seconds(5));
  EXPECT_EQ(CountAsked("none.example.com."), 1u);
  ExpectAnswers(clients, Rcode::kNXDomain, 0);
}

TEST_F(BirthdayTest, APartThatNobodyAnswersIsOneRace) {
  ZoneServer* server = internet_.AddDomain("mute.com.", {"192.0.2.42"}, kHostRecords).at(0);
  internet_.Start();
  internet_.Lookup("mute.com.", RRType::kNS);
  server->conduct().fault = Fault::kSilent;
  AskForMany("x.mute.com.");
  internet_.world().RunFor(milliseconds(1500));
  EXPECT_LE(CountAsked("x.mute.com."), 3u);
  internet_.world().RunFor(seconds(20));
  EXPECT_EQ(internet_.world().unanswered(), 0u);
}

TEST_F(BirthdayTest, AliasesToOneNameAreOneExchange) {
  std::string aliases;
  for (int i = 0; i < kClients; ++i) {
    aliases += "r" + std::to_string(i) + " 300 CNAME www.example.com.\n";
  }
  internet_.AddDomain("alias.net.", {"192.0.2.43"}, aliases);
  internet_.Start();
  const std::vector<ClientQueryId> clients = AskForMany("alias.net.");
  internet_.world().RunFor(seconds(5));
  EXPECT_EQ(CountAsked("example.com."), 1u);
  EXPECT_EQ(CountAsked("www.example.com."), 1u);
  ExpectAnswers(clients, Rcode::kNoError, 2);
}

TEST_F(BirthdayTest, TracedQuestionsAreOneExchange) {
  class TracedAsker final : public resolver::resolution::Waiter, public resolver::Trace {
   public:
    void OnAnswer(const resolver::answer::Answer& answer) override { rcode = answer.rcode(); }
    void Add(const Step& step) override { joined += step.kind == "join" ? 1 : 0; }
    std::optional<Rcode> rcode;
    int joined = 0;
  };
  internet_.Start();
  std::deque<TracedAsker> waiters(20);
  for (TracedAsker& waiter : waiters) {
    ASSERT_TRUE(internet_.resolver().recursor().AskTraced(NameOf("www.example.com."), RRType::kA,
                                                          &waiter, &waiter));
  }
  internet_.world().RunFor(seconds(5));
  EXPECT_EQ(CountAsked("example.com."), 1u);
  EXPECT_EQ(CountAsked("www.example.com."), 1u);
  int joined = 0;
  for (const TracedAsker& waiter : waiters) {
    EXPECT_EQ(waiter.rcode, Rcode::kNoError);
    joined += waiter.joined;
  }
  // For com., example.com. and www.example.com.
  EXPECT_EQ(joined, 3 * 19);
}

// The oldest job makes room for new ones. It asks for those that follow it.
TEST_F(BirthdayTest, WhoFollowsGoesOnWhenTheOneThatAsksIsDropped) {
  internet_.settings().resolution.limits.jobs = 2;
  internet_.Start();
  internet_.Lookup("com.", RRType::kNS);
  const ClientQueryId first = internet_.Ask("r0.deep.example.com.", RRType::kA);
  internet_.world().RunFor(milliseconds(1));
  const ClientQueryId second = internet_.Ask("r1.deep.example.com.", RRType::kA);
  internet_.world().RunFor(milliseconds(1));
  const ClientQueryId third = internet_.Ask("r2.deep.example.com.", RRType::kA);
  internet_.world().RunFor(seconds(5));
  EXPECT_EQ(internet_.world().client_query(first).Message()->rcode, Rcode::kServFail);
  ExpectAnswers({second, third}, Rcode::kNoError, 1);
}

// Says of a part that it is an alias, and what the alias's target is.
TEST_F(BirthdayTest, OfAReplyAboutAPartOnlyThePartIsLearnt) {
  ScriptedServer server([](const SimQuery&, PlainMessage* reply) {
    const std::string name = wire::ToText(reply->questions[0].name.view());
    reply->answer = Records(name + " 300 CNAME www.attacker.com.\n" +
                            "www.attacker.com. 86400 A 203.0.113.66\n");
    return true;
  });
  AddAttacker(&internet_, &server);
  internet_.settings().resolution.case_randomisation = false;
  const RestCheck rest(&internet_);
  internet_.Start();
  // The whole name is an alias too, so its target is learnt. The part's target would be the same.
  internet_.Lookup("below.part.attacker.com.", RRType::kMX);
  EXPECT_EQ(CountAsked("part.attacker.com."), 1u);
  EXPECT_EQ(StoredAddresses(internet_, "www.attacker.com."), "") << Trace();
}

// Knows the question, but neither port nor id: guesses at every datagram about one part.
class PartForger : public SimServer {
 public:
  explicit PartForger(std::string_view part) : part_(NameOf(part)) {}

  SimAnswer OnQuery(const SimQuery& query) override {
    std::optional<PlainMessage> message = PlainMessage::Decode(query.octets);
    if (!message || !message->questions[0].name.view().Equals(part_)) return {};
    ++datagrams;
    SimAnswer forged;
    message->flags = wire::kFlagQR;
    message->authority = Records("example.com. 86400 NS ns.evil.net.\n");
    for (int i = 1; i <= 20; ++i) {
      message->id = static_cast<uint16_t>(message->id + i);
      forged.replies.push_back({message->Encode(), Duration(i)});
    }
    return forged;
  }

  size_t datagrams = 0;

 private:
  wire::Name part_;
};

TEST_F(BirthdayTest, AForgerWhoKnowsThePartMeetsOneDatagram) {
  PartForger forger("example.com.");
  const RestCheck rest(&internet_);
  internet_.Start();
  internet_.Lookup("com.", RRType::kNS);
  internet_.world().SetSpoofer(&forger);
  const std::vector<ClientQueryId> clients = AskForMany("deep.example.com.");
  internet_.world().RunFor(seconds(5));
  EXPECT_EQ(forger.datagrams, 1u) << Trace();
  EXPECT_EQ(StoredServers(internet_, "example.com."), "ns1.example.com. 192.0.2.20\n");
  ExpectAnswers(clients, Rcode::kNoError, 1);
}

class MarkedZoneTest : public BirthdayTest {
 protected:
  // The zone's servers are known, and somebody has just guessed at a question about it.
  void StartMarked(std::string_view zone) {
    internet_.Start();
    internet_.Lookup(zone, RRType::kNS);
    internet_.resolver().recursor().facilities().server_table.NoteForgery(NameOf(zone), seconds(20),
                                                                          internet_.world().Now());
    internet_.world().ForgetMost();
  }
};

TEST_F(MarkedZoneTest, OneDatagramIsOpenAndOtherQuestionsGoOverTcp) {
  StartMarked("example.com.");
  const std::vector<ClientQueryId> clients = AskForMany("example.com.");
  internet_.world().RunFor(seconds(5));
  EXPECT_EQ(internet_.world().open_datagrams_max(), 1u) << Trace();
  ExpectAnswers(clients, Rcode::kNXDomain, 0);
  for (const ClientQueryId id : clients) {
    // The zone has an eighth of the connections, and the others wait for one.
    EXPECT_LT(internet_.world().client_query(id).Latency(), milliseconds(400));
  }
}

TEST_F(MarkedZoneTest, WithoutTcpEachQuestionWaitsForItsTurn) {
  ZoneServer* server = internet_.AddDomain("notcp.com.", {"192.0.2.44"}, kHostRecords).at(0);
  server->conduct().tcp_refused = true;
  StartMarked("notcp.com.");
  const std::vector<ClientQueryId> clients = AskForMany("notcp.com.", 5);
  internet_.world().RunFor(seconds(5));
  EXPECT_EQ(internet_.world().open_datagrams_max(), 1u) << Trace();
  ExpectAnswers(clients, Rcode::kNXDomain, 0);
}

TEST_F(MarkedZoneTest, AServerThatIsSilentOverTcpIsAskedInItsTurnToo) {
  ZoneServer* server = internet_.AddDomain("deaf.com.", {"192.0.2.45"}, kHostRecords).at(0);
  server->conduct().tcp_silent = true;
  StartMarked("deaf.com.");
  const std::vector<ClientQueryId> clients = AskForMany("deaf.com.", 3);
  internet_.world().RunFor(seconds(5));
  EXPECT_EQ(internet_.world().open_datagrams_max(), 1u) << Trace();
  ExpectAnswers(clients, Rcode::kNXDomain, 0);
}

}  // namespace
}  // namespace tern::sim
