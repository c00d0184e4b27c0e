// "Repeated failure (RFC 9520)", "Silent and slow servers", "Lame, REFUSED, SERVFAIL, NOTIMP" and
// "EDNS-broken servers": what a failing server costs, and what is remembered of it.
#include "resolver/upstream/avoided.h"
#include "tests/sim/threats/threat_test.h"

namespace tern::sim {
namespace {

using resolver::upstream::WhyAvoided;

constexpr std::string_view kFailureRecords = "www 300 A 198.51.100.1\nftp 300 A 198.51.100.2\n";

class FailureTest : public ThreatTest {
 protected:
  FailureTest() { servers_ = internet_.AddDomain("example.com.", {kVictim}, kFailureRecords); }
  // The way to example.com. is known.
  void Start() {
    internet_.Start();
    internet_.Lookup("example.com.", RRType::kNS);
    internet_.world().RunUntilNetworkIsQuiet(seconds(1));
  }
  size_t CountOver(Transport transport, std::string_view address, size_t first) {
    const std::vector<UpstreamQuery>& all = internet_.world().upstream();
    return static_cast<size_t>(std::count_if(all.begin() + static_cast<std::ptrdiff_t>(first),
                                             all.end(), [&](const UpstreamQuery& query) {
                                               return query.transport == transport &&
                                                      query.server.address.ToText() == address;
                                             }));
  }
  PlainMessage Ask(std::string_view name = "www.example.com.") {
    const PlainMessage answer = internet_.Lookup(name, RRType::kA);
    return answer;
  }

  std::vector<ZoneServer*> servers_;
};

// "<= 3 tries per server and transport", for every kind of failure.
TEST_F(FailureTest, AServerIsTriedThreeTimesOverEachTransport) {
  struct Way {
    const char* title;
    std::function<void(Conduct&)> set;
  };
  const Way ways[] = {
      {"silent", [](Conduct& c) { c.fault = Fault::kSilent; }},
      {"truncates, silent over TCP",
       [](Conduct& c) { c.fault = Fault::kTruncatesAlways, c.tcp_silent = true; }},
      {"truncates, refuses TCP",
       [](Conduct& c) { c.fault = Fault::kTruncatesAlways, c.tcp_refused = true; }},
      {"FORMERR to EDNS, else silent",
       [](Conduct& c) { c.with_edns = Fault::kFormErr, c.fault = Fault::kSilent; }},
      {"NOTIMP to EDNS, else REFUSED",
       [](Conduct& c) { c.with_edns = Fault::kNotImp, c.fault = Fault::kRefused; }},
      {"wrong id, silent over TCP",
       [](Conduct& c) { c.fault = Fault::kWrongId, c.tcp_silent = true; }},
      {"wrong case, refuses TCP",
       [](Conduct& c) { c.fault = Fault::kWrongCase, c.tcp_refused = true; }},
      {"wrong case, silent over TCP",
       [](Conduct& c) { c.fault = Fault::kWrongCase, c.tcp_silent = true; }},
      {"garbage", [](Conduct& c) { c.fault = Fault::kGarbage; }},
      {"SERVFAIL", [](Conduct& c) { c.fault = Fault::kServFail; }},
  };
  int number = 30;
  for (const Way& way : ways) {
    SCOPED_TRACE(way.title);
    const std::string zone = "w" + std::to_string(++number) + ".com.";
    const std::string address = "192.0.2." + std::to_string(number);
    ZoneServer* server = internet_.AddDomain(zone, {address}, kFailureRecords).at(0);
    if (internet_.world().upstream().empty()) Start();
    internet_.Lookup(zone, RRType::kNS);
    way.set(server->conduct());
    const size_t before = Sent();
    EXPECT_EQ(Ask("www." + zone).rcode, Rcode::kServFail);
    internet_.world().RunFor(seconds(10));
    EXPECT_LE(CountOver(Transport::kUdp, address, before), 3u);
    EXPECT_LE(CountOver(Transport::kTcp, address, before), 3u);
    EXPECT_LE(internet_.last_latency(), milliseconds(5050));
  }
}

TEST_F(FailureTest, AnOperatorMayAllowFewerTries) {
  for (const int tries : {1, 2}) {
    SCOPED_TRACE(tries);
    internet_.settings().resolution.limits.tries = tries;
    Start();
    servers_[0]->conduct().fault = Fault::kSilent;
    const size_t before = Sent();
    EXPECT_EQ(Ask().rcode, Rcode::kServFail);
    internet_.world().RunFor(seconds(10));
    EXPECT_EQ(CountOver(Transport::kUdp, kVictim, before), static_cast<size_t>(tries));
    servers_[0]->conduct().fault = Fault::kNone;
  }
}

// A second query because of the first one's reply counts too. After that only TCP is left.
TEST_F(FailureTest, AnotherWayToAskIsATryToo) {
  internet_.settings().resolution.limits.tries = 1;
  servers_[0]->conduct().cookies = CookieUse::kAllAreBad;
  internet_.Start();
  EXPECT_EQ(Ask().answer.size(), 1u) << Trace();
  EXPECT_EQ(CountOver(Transport::kUdp, kVictim, 0), 1u) << Trace();
  EXPECT_EQ(CountOver(Transport::kTcp, kVictim, 0), 1u) << Trace();
}

// "failures cached 1 s .. 300 s with backoff; no upstream query while cached"
TEST_F(FailureTest, FailuresAreCachedFrom5To300SecondsAndBackOff) {
  Start();
  Time asked_anew{};
  servers_[0]->conduct().fault = Fault::kRefused;
  for (const int ttl : {5, 10, 20, 40, 80, 160, 300, 300}) {
    const size_t before = Sent();
    EXPECT_EQ(Ask().rcode, Rcode::kServFail);
    // In full and in the leanest form. The parent, whether the zone has moved, every 30 s.
    const Time now = internet_.world().Now();
    const bool is_anew = now - asked_anew > seconds(30);
    if (is_anew) asked_anew = now;
    EXPECT_EQ(Sent() - before, is_anew ? 3u : 2u) << ttl;
    EXPECT_EQ(Stored("www.example.com."),
              (Lines{"failure www.example.com. A " + std::to_string(ttl)}));
    for (int i = 0; i < 20; ++i) {
      EXPECT_EQ(Ask().rcode, Rcode::kServFail);
      EXPECT_EQ(internet_.last_upstream_queries(), 0u) << ttl;
    }
    internet_.world().RunFor(seconds(ttl - 1));
    EXPECT_EQ(Ask().rcode, Rcode::kServFail);
    EXPECT_EQ(internet_.last_upstream_queries(), 0u) << ttl;
    internet_.world().RunFor(seconds(2));
  }
  servers_[0]->conduct().fault = Fault::kNone;
  EXPECT_EQ(Ask().answer.size(), 1u);
}

TEST_F(FailureTest, AnOperatorMayRememberFailuresForLess) {
  internet_.settings().cache.min_failure_ttl = 2;
  internet_.settings().cache.max_failure_ttl = 7;
  Start();
  servers_[0]->conduct().fault = Fault::kRefused;
  for (const int ttl : {2, 4, 7, 7}) {
    EXPECT_EQ(Ask().rcode, Rcode::kServFail);
    EXPECT_EQ(internet_.last_upstream_queries(kVictim), 2u) << ttl;
    internet_.world().RunFor(seconds(ttl - 1));
    EXPECT_EQ(Ask().rcode, Rcode::kServFail);
    EXPECT_EQ(internet_.last_upstream_queries(), 0u) << ttl;
    internet_.world().RunFor(seconds(2));
  }
}

// The failure belongs to the question. Other types and names of the zone are tried.
TEST_F(FailureTest, AFailureIsOfItsOwnNameAndType) {
  Start();
  servers_[0]->conduct().fault = Fault::kServFail;
  Ask();
  servers_[0]->conduct().fault = Fault::kNone;
  EXPECT_EQ(Ask("ftp.example.com.").answer.size(), 1u);
  EXPECT_EQ(internet_.Lookup("www.example.com.", RRType::kTXT).rcode, Rcode::kNoError);
  EXPECT_EQ(Ask().rcode, Rcode::kServFail);
  internet_.world().RunFor(seconds(6));
  EXPECT_EQ(Ask().answer.size(), 1u);
}

// "a client always gets an answer (SERVFAIL + EDE 22 or stale) before it gives up"
TEST_F(FailureTest, SilentServersEndInServFailWithExtendedError22) {
  Start();
  servers_[0]->conduct().fault = Fault::kSilent;
  for (const char* name : {"www.example.com.", "ftp.example.com.", "new.example.com."}) {
    const PlainMessage answer = Ask(name);
    EXPECT_EQ(answer.rcode, Rcode::kServFail);
    EXPECT_EQ(ExtendedErrorOf(answer), wire::ExtendedError::kNoReachableAuthority);
    EXPECT_LE(internet_.last_latency(), milliseconds(5050));
  }
  internet_.world().RunFor(seconds(2));
  // The same from what is remembered.
  const PlainMessage answer = Ask("new.example.com.");
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
  EXPECT_EQ(ExtendedErrorOf(answer), wire::ExtendedError::kNoReachableAuthority);
}

// Servers that are known to be dead get one try per question, not three. That is enough to see that
// one lives again, even if it is slow.
TEST_F(FailureTest, AZoneWhoseServersAreAllDeadCostsOneTryAServer) {
  constexpr std::string_view kThird = "192.0.2.22";
  servers_ = internet_.AddDomain("dead.com.", {kSecondServer, kThird}, kFailureRecords);
  internet_.Start();
  internet_.Lookup("dead.com.", RRType::kNS);
  for (ZoneServer* server : servers_) server->conduct().fault = Fault::kSilent;
  for (int i = 0; i < 3; ++i) Ask("first" + std::to_string(i) + ".dead.com.");
  internet_.world().RunFor(seconds(15));
  for (int i = 0; i < 10; ++i) {
    const size_t before = Sent();
    const PlainMessage answer = Ask("new" + std::to_string(i) + ".dead.com.");
    EXPECT_EQ(answer.rcode, Rcode::kServFail);
    EXPECT_EQ(ExtendedErrorOf(answer), wire::ExtendedError::kNoReachableAuthority);
    EXPECT_LE(internet_.last_latency(), milliseconds(5050));
    internet_.world().RunFor(seconds(10));
    EXPECT_EQ(CountOver(Transport::kUdp, kSecondServer, before), 1u);
    EXPECT_EQ(CountOver(Transport::kUdp, kThird, before), 1u);
  }
  servers_[1]->conduct().fault = Fault::kNone;
  servers_[1]->conduct().think_time = milliseconds(1200);
  EXPECT_EQ(Ask().answer.size(), 1u);
}

// RFC 9520 allows to remember failures for five minutes. A network that was away for longer must
// not cost its users five minutes more.
class SilenceTest : public FailureTest {
 protected:
  void SetNetwork(bool works) {
    const Fault fault = works ? Fault::kNone : Fault::kSilent;
    internet_.root().conduct().fault = internet_.com().conduct().fault = fault;
    for (ZoneServer* server : servers_) server->conduct().fault = fault;
  }
  // A client asks each second while the network is away.
  void AskThroughSixSilentMinutes() {
    SetNetwork(false);
    for (int i = 0; i < 360; ++i) {
      internet_.Ask("www.example.com.", RRType::kA);
      internet_.world().RunFor(seconds(1));
    }
    SetNetwork(true);
  }
  // Seconds until the name is answered, when a client asks each second.
  int SecondsUntilAnswered(std::string_view name) {
    for (int i = 0; i < 400; ++i) {
      const ClientQueryId id = internet_.Ask(name, RRType::kA);
      internet_.world().RunFor(seconds(1));
      const ClientQuery& client = internet_.world().client_query(id);
      if (client.answered && client.Message()->rcode == Rcode::kNoError) return i;
    }
    return 400;
  }
};

TEST_F(SilenceTest, AFailureEndsWhenTheNetworkIsBack) {
  Start();
  AskThroughSixSilentMinutes();
  EXPECT_LE(SecondsUntilAnswered("www.example.com."), 2);
}

// Nothing of the way to the zone is known.
TEST_F(SilenceTest, AFailureOfTheRootEndsWhenTheNetworkIsBack) {
  internet_.Start();
  AskThroughSixSilentMinutes();
  EXPECT_LE(SecondsUntilAnswered("www.example.com."), 2);
}

// The server answers about one name. Then no name of its zone has to wait.
TEST_F(SilenceTest, AFailureEndsWhenItsServerAnswersAnotherName) {
  Start();
  SetNetwork(false);
  for (int i = 0; i < 40; ++i) {
    Ask("www.example.com.");
    internet_.world().RunFor(seconds(9));
  }
  internet_.world().RunFor(seconds(5));
  SetNetwork(true);
  EXPECT_EQ(Ask("ftp.example.com.").rcode, Rcode::kNoError);
  internet_.world().RunFor(seconds(1));
  EXPECT_EQ(Ask("www.example.com.").rcode, Rcode::kNoError);
}

TEST_F(SilenceTest, ASilentZoneIsTriedOnceASecondWhateverClientsAsk) {
  Start();
  SetNetwork(false);
  for (int i = 0; i < 20; ++i) internet_.Ask("n" + std::to_string(i) + ".example.com.", RRType::kA);
  internet_.world().RunFor(seconds(15));
  const size_t before = Sent();
  for (int i = 0; i < 300; ++i) {
    internet_.Ask("n" + std::to_string(i % 20) + ".example.com.", RRType::kA);
    internet_.world().RunFor(milliseconds(100));
  }
  // One more asks the zone's parent.
  EXPECT_LE(Sent() - before, 20u * 2 + 30 + 1);
}

// SERVFAIL is no silence: that the server speaks is nothing new.
TEST_F(SilenceTest, AFailureThatAServerReportedIsRemembered) {
  Start();
  servers_[0]->conduct().fault = Fault::kServFail;
  EXPECT_EQ(Ask("www.example.com.").rcode, Rcode::kServFail);
  servers_[0]->conduct().fault = Fault::kNone;
  EXPECT_EQ(Ask("ftp.example.com.").rcode, Rcode::kNoError);
  internet_.world().RunFor(seconds(3));
  const size_t before = Sent();
  EXPECT_EQ(Ask("www.example.com.").rcode, Rcode::kServFail);
  EXPECT_EQ(Sent(), before);
}

// A server answers after the client is gone. The client got SERVFAIL once and nothing later. The
// next client gets the answer.
TEST_F(FailureTest, ASlowAnswerIsKeptAndNotSentLate) {
  internet_.settings().resolution.budget.failure_timeout = milliseconds(2000);
  Start();
  servers_[0]->conduct().think_time = milliseconds(2500);
  EXPECT_EQ(Ask().rcode, Rcode::kServFail);
  internet_.world().RunFor(seconds(10));
  for (size_t i = 0; i < internet_.world().client_query_count(); ++i) {
    EXPECT_EQ(internet_.world().client_query(i).replies, 1);
  }
  EXPECT_EQ(Ask().answer.size(), 1u);
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
}

// "next server, remember per (server, zone)"
TEST_F(FailureTest, ALameServerIsRememberedForItsZoneAndNotForOthers) {
  struct Case {
    Fault fault;
    seconds remembered_for;
    WhyAvoided why;
  };
  const Case cases[] = {{Fault::kRefused, seconds(60), WhyAvoided::kRefused},
                        {Fault::kServFail, seconds(5), WhyAvoided::kFailed},
                        {Fault::kNotImp, seconds(5), WhyAvoided::kFormatError},
                        {Fault::kFormErr, seconds(5), WhyAvoided::kFormatError},
                        {Fault::kRefersUpward, seconds(600), WhyAvoided::kLame},
                        {Fault::kNotAuthoritative, seconds(600), WhyAvoided::kLame}};
  for (const Case& each : cases) {
    const Fault fault = each.fault;
    const seconds remembered_for = each.remembered_for;
    SCOPED_TRACE("fault " + std::to_string(static_cast<int>(fault)));
    SmallInternet internet(SimWorld::Options{.seed = 5});
    ZoneServer* bad =
        internet.AddDomain("lame.com.", {"192.0.2.31", "192.0.2.32"}, Hosts(200)).at(0);
    // The same address serves another zone well.
    internet.AddToTld("com.", "sound.com. 3600 NS ns1.lame.com.\n");
    bad->AddZone("sound.com.", "@ 60 SOA a. b. 1 2 3 4 5\n@ 60 NS ns1.lame.com.\n" + Hosts(200));
    ScriptedServer by_zone([&](const SimQuery& query, PlainMessage* reply) {
      bad->conduct().fault =
          reply->questions[0].name.view().IsSubdomainOf(NameOf("lame.com.")) ? fault : Fault::kNone;
      const SimAnswer answer = bad->OnQuery(query);
      if (answer.replies.empty()) return false;
      *reply = *PlainMessage::Decode(answer.replies[0].octets);
      return true;
    });
    internet.world().AddServer("192.0.2.31", &by_zone);
    const RestCheck rest(&internet);
    internet.Start();
    int host = 0;
    const auto ask = [&](std::string_view zone) {
      const std::string name = "h" + std::to_string(host++) + "." + std::string(zone);
      EXPECT_EQ(internet.Lookup(name, RRType::kA).answer.size(), 1u) << name;
    };
    while (by_zone.queries() == 0 && host < 50) ask("lame.com.");
    ASSERT_GT(by_zone.queries(), 0u);
    const size_t met = by_zone.queries();
    for (int i = 0; i < 20; ++i) ask("lame.com.");
    EXPECT_EQ(by_zone.queries(), met);
    const resolver::CounterSnapshot counters = internet.resolver().ReadCounters();
    EXPECT_EQ(counters.of_upstream.avoided[static_cast<size_t>(each.why)], 1u);
    EXPECT_EQ(counters.of_upstream.avoided_sum(), 1u);
    ask("sound.com.");
    EXPECT_EQ(by_zone.queries(), met + 1) << internet.world().Trace();
    internet.world().RunFor(remembered_for + seconds(1));
    for (int i = 0; i < 50 && by_zone.queries() == met + 1; ++i) ask("lame.com.");
    EXPECT_GT(by_zone.queries(), met + 1);  // forgotten
  }
}

// "FORMERR/NOTIMP -> plain DNS and remember; never learn that from a timeout"
TEST_F(FailureTest, AServerWithoutEdnsIsAskedPlainlyFromThenOn) {
  for (const Fault fault : {Fault::kFormErr, Fault::kNotImp}) {
    SmallInternet internet(SimWorld::Options{.seed = 5});
    internet.AddDomain("old.com.", {kSecondServer}, Hosts(10)).at(0)->conduct().with_edns = fault;
    internet.Start();
    EXPECT_EQ(internet.Lookup("h0.old.com.", RRType::kA).answer.size(), 1u);
    // FORMERR may mean the cookie: EDNS without one is asked in between.
    EXPECT_EQ(internet.last_upstream_queries(kSecondServer), fault == Fault::kFormErr ? 3u : 2u);
    for (int i = 1; i < 10; ++i) {
      const std::string name = "h" + std::to_string(i) + ".old.com.";
      EXPECT_EQ(internet.Lookup(name, RRType::kA).answer.size(), 1u);
      EXPECT_EQ(internet.last_upstream_queries(), 1u);
      EXPECT_EQ(internet.world().upstream().back().payload_octets, 0);
    }
    EXPECT_EQ(internet.CheckRest(), "");
  }
}

TEST_F(FailureTest, SilenceToEdnsTeachesNothingOfAServerThatTookEdns) {
  Start();
  servers_[0]->conduct().with_edns = Fault::kSilent;
  for (int i = 0; i < 10; ++i) {
    const size_t before = Sent();
    EXPECT_EQ(Ask("h" + std::to_string(i) + ".example.com.").rcode, Rcode::kNXDomain);
    EXPECT_EQ(internet_.world().upstream()[before].payload_octets, 1232);
    internet_.world().RunFor(seconds(10));
  }
  servers_[0]->conduct().with_edns = Fault::kNone;
  EXPECT_EQ(Ask().answer.size(), 1u);
  EXPECT_EQ(internet_.world().upstream().back().payload_octets, 1232);
}

// FORMERR to everything says nothing about EDNS.
TEST_F(FailureTest, FormErrToEverythingTeachesNothing) {
  Start();
  servers_[0]->conduct().fault = Fault::kFormErr;
  EXPECT_EQ(Ask().rcode, Rcode::kServFail);
  servers_[0]->conduct().fault = Fault::kNone;
  EXPECT_EQ(Ask("ftp.example.com.").answer.size(), 1u);
  EXPECT_EQ(internet_.world().upstream().back().payload_octets, 1232);
}

}  // namespace
}  // namespace tern::sim
