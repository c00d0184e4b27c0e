// Servers that fail because of what a query carries beside its question: capitals, a cookie, EDNS,
// room for a large reply.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "resolver/upstream/race.h"
#include "tests/resolver/upstream/race_fixture.h"

namespace tern::resolver::upstream {
namespace {

constexpr Fault kFailures[] = {
    Fault::kRefused,          Fault::kServFail,     Fault::kFormErr,        Fault::kNotImp,
    Fault::kNotAuthoritative, Fault::kRefersUpward, Fault::kRefersToItself, Fault::kSilent};

// All names have an address; big.example. has a text of about 1,000 octets.
std::string FormZone() {
  std::string text = "* 300 A 203.0.113.1\nbig 300 TXT";
  for (int i = 0; i < 5; ++i) text += " \"" + std::string(200, 'x') + "\"";
  return text + "\nbig2 300 TXT" + text.substr(text.find(" \"")) + "\n";
}

// Servers A and B, of which the delegation names one or both.
struct FormWorld {
  explicit FormWorld(std::string_view delegations = kOneServer) {
    const std::string zone = FormZone();
    a = world.Add(kServerA, "example.", zone);
    b = world.Add(kServerB, "example.", zone);
    world.Start(delegations);
  }
  // Asks, and returns the number of queries.
  size_t Ask(std::string_view name, RRType type = RRType::kA, Rcode expected = Rcode::kNoError) {
    const size_t before = world.world().upstream().size();
    const HeardAnswer& heard = world.Lookup(name, type);
    EXPECT_EQ(heard.rcode, expected) << world.world().Trace();
    latency = heard.latency;
    world.Run(seconds(8));
    EXPECT_TRUE(world.IsAtRest());
    return world.world().upstream().size() - before;
  }
  // Asks for one more name, in which some letter is as good as certainly sent as a capital.
  size_t AskNext(Rcode expected = Rcode::kNoError) {
    return Ask("a-name-with-quite-some-letters" + std::to_string(++asked) + ".example.", RRType::kA,
               expected);
  }
  const sim::UpstreamQuery& last() { return world.world().upstream().back(); }
  ServerState Known() { return world.table().Get(*Endpoint::Parse(kServerA, 53)); }
  bool IsMarked() { return world.table().IsForged(N("example."), world.world().Now()); }

  RecursorWorld world;
  sim::ZoneServer* a;
  sim::ZoneServer* b;
  Duration latency{0};
  int asked = 0;
};

TEST(RaceFormTest, AHealthyServerIsAskedOnceAndInFull) {
  FormWorld world;
  (void)world.AskNext();
  EXPECT_EQ(world.AskNext(), 1u);
  EXPECT_TRUE(world.last().edns);
  EXPECT_EQ(world.last().payload_octets, wire::kEdnsPayloadDefault);
  EXPECT_FALSE(world.last().cookie.empty());
  EXPECT_TRUE(world.Known().TakesAllAt(world.world.world().Now()));
}

TEST(RaceFormTest, CapitalsAreTakenBackWhateverTheSignWas) {
  for (const Fault fault : kFailures) {
    SCOPED_TRACE(static_cast<int>(fault));
    FormWorld world;
    world.a->conduct().with_capitals = fault;
    for (int i = 0; i < 3; ++i) (void)world.AskNext();
    EXPECT_EQ(world.AskNext(), 1u);
    EXPECT_TRUE(world.Known().takes_no_capitals);
  }
}

TEST(RaceFormTest, TheCookieIsTakenBackWhateverTheSignWas) {
  for (const Fault fault : kFailures) {
    SCOPED_TRACE(static_cast<int>(fault));
    FormWorld world;
    world.a->conduct().with_cookie = fault;
    for (int i = 0; i < 3; ++i) (void)world.AskNext();
    EXPECT_EQ(world.AskNext(), 1u);
  }
}

TEST(RaceFormTest, EdnsIsTakenBackWhateverTheSignWas) {
  for (const Fault fault : kFailures) {
    SCOPED_TRACE(static_cast<int>(fault));
    FormWorld world;
    world.a->conduct().with_edns = fault;
    for (int i = 0; i < 3; ++i) (void)world.AskNext();
    EXPECT_EQ(world.AskNext(), 1u);
    EXPECT_TRUE(world.Known().plain_dns);
  }
}

TEST(RaceFormTest, SeveralServersThatTakeNothingAreAnsweredFrom) {
  for (const Fault fault : kFailures) {
    SCOPED_TRACE(static_cast<int>(fault));
    FormWorld world(kTwoServers);
    for (sim::ZoneServer* server : {world.a, world.b}) {
      server->conduct().with_capitals = server->conduct().with_edns = fault;
    }
    for (int i = 0; i < 8; ++i) {
      (void)world.AskNext();
      EXPECT_LT(world.latency, milliseconds(1800));
    }
  }
}

// A failure of all servers costs four queries more, however many they are. Servers that took all
// before are asked in the leanest form only.
TEST(RaceFormTest, FailingServersAreAskedFourTimesMore) {
  for (const bool took_all : {false, true}) {
    FormWorld world(kTwoServers);
    if (took_all) {
      for (int i = 0; i < 20; ++i) (void)world.AskNext();
    } else {
      (void)world.world.Lookup("nobody.");  // asks the root only
    }
    world.a->conduct().fault = world.b->conduct().fault = Fault::kRefused;
    // The root: for the delegation, or whether the zone has moved.
    EXPECT_EQ(world.AskNext(Rcode::kServFail), 1 + 2 + (took_all ? 2 : 4));
    EXPECT_FALSE(world.Known().plain_dns);
    EXPECT_FALSE(world.Known().takes_no_capitals);
  }
}

TEST(RaceFormTest, OneHonestReplicaMakesLeanerTriesNeedless) {
  FormWorld world(kTwoServers);
  (void)world.AskNext();
  world.a->conduct().fault = Fault::kRefused;
  for (int i = 0; i < 6; ++i) EXPECT_LE(world.AskNext(), 2u);
}

// It may have been chance, and firewalls are mended.
TEST(RaceFormTest, WhatIsGuessedFromSilenceIsForgottenAfterTenMinutes) {
  FormWorld world;
  world.a->conduct().with_edns = Fault::kSilent;
  (void)world.AskNext();
  EXPECT_EQ(world.AskNext(), 1u);
  world.a->conduct().with_edns = Fault::kNone;
  world.world.Run(seconds(600));
  (void)world.AskNext();  // its answer ends the mark
  EXPECT_EQ(world.AskNext(), 1u);
  EXPECT_TRUE(world.last().edns);
}

// RFC 6891: a server that cannot add OPT makes its reply unreadable. In no case is that a denial.
TEST(RaceFormTest, AReplyThatEdnsMadeUnreadableIsAskedForWithoutEdns) {
  for (const Fault fault : {Fault::kZeroesOpt, Fault::kAnnouncesOne, Fault::kOtherClass}) {
    SCOPED_TRACE(static_cast<int>(fault));
    FormWorld world;
    world.a->conduct().with_edns = fault;
    (void)world.AskNext();
    EXPECT_TRUE(world.Known().plain_dns);
    EXPECT_EQ(world.AskNext(), 1u);
    world.a->conduct().fault = fault;
    world.a->conduct().with_edns = Fault::kNone;
    (void)world.AskNext(Rcode::kServFail);
  }
}

TEST(RaceFormTest, LargeRepliesThatDoNotArriveAreAskedForInAnotherWay) {
  FormWorld world;
  (void)world.AskNext();
  world.a->conduct().udp_octets_max = 512;
  (void)world.Ask("big.example.", RRType::kTXT);
  EXPECT_LT(world.latency, milliseconds(1800));
  EXPECT_TRUE(world.Known().loses_large_replies);
  EXPECT_FALSE(world.Known().plain_dns);
  // The next one is truncated, and asked for over TCP.
  EXPECT_EQ(world.Ask("big2.example.", RRType::kTXT), 2u);
  EXPECT_EQ(world.last().transport, Transport::kTcp);
  EXPECT_LT(world.latency, milliseconds(100));
  EXPECT_EQ(world.AskNext(), 1u);
  EXPECT_EQ(world.last().payload_octets, wire::kEdnsPayloadMin);
  EXPECT_FALSE(world.last().cookie.empty());
}

// A lost packet is chance: it costs a server that took all nothing.
TEST(RaceFormTest, ALostPacketTakesNothingFromAHealthyServer) {
  FormWorld world;
  (void)world.AskNext();
  world.a->conduct().with_cookie = Fault::kSilent;
  (void)world.AskNext();
  world.a->conduct().with_cookie = Fault::kNone;
  EXPECT_EQ(world.AskNext(), 1u);
  EXPECT_FALSE(world.last().cookie.empty());
  EXPECT_FALSE(world.Known().takes_no_capitals);
}

// c-ares 1271: some routers send back a cookie of an earlier query.
TEST(RaceFormTest, AServerThatSendsAnotherCookieIsAskedWithoutOne) {
  for (const bool tcp_refused : {false, true}) {
    FormWorld world;
    world.a->conduct().old_cookie = true;
    world.a->conduct().tcp_refused = tcp_refused;
    EXPECT_LE(world.AskNext(), 5u);  // with two to the root
    EXPECT_TRUE(world.Known().takes_no_cookie);
    world.world.Run(seconds(20));
    EXPECT_EQ(world.AskNext(), 1u);
    EXPECT_FALSE(world.IsMarked());
  }
}

// A server that gives our cookie back did not write the reply with the wrong one.
TEST(RaceFormTest, AServerThatGivesOurCookieIsNotAskedWithoutOne) {
  FormWorld world;
  world.a->conduct().cookies = sim::CookieUse::kGives;
  (void)world.AskNext();
  world.a->conduct().wrong_client_cookie = true;
  world.a->conduct().tcp_refused = true;
  (void)world.AskNext(Rcode::kServFail);
  EXPECT_FALSE(world.Known().takes_no_cookie);
}

// Otherwise several questions at once would use up the tries of a server that only dislikes
// something.
TEST(RaceFormTest, AStrangerThatWasSilentToOneQuestionIsAskedByTheNextInALeanerForm) {
  FormWorld world;
  (void)world.world.Lookup("nobody.");
  world.a->conduct().with_edns = Fault::kSilent;
  ASSERT_NE(world.world.Ask("one.example.", RRType::kA), nullptr);
  world.world.Run(milliseconds(450));
  HeardAnswer* other = world.world.Ask("other.example.", RRType::kA);
  ASSERT_NE(other, nullptr);
  EXPECT_TRUE(world.last().edns);
  EXPECT_TRUE(world.last().cookie.empty());
  world.world.Run(milliseconds(450));
  EXPECT_EQ(other->rcode, Rcode::kNoError);
  EXPECT_EQ(other->count, 1);
  world.world.Run(seconds(8));
}

// A forger who guessed the id and the port, but not the letters. Its replies come before the
// server's own. `lie` makes a query into a reply, for the first `queries`.
class LuckyForger final : public sim::SimServer {
 public:
  using Lie = void (*)(PlainMessage* reply);
  explicit LuckyForger(Lie lie, int queries = 1000) : lie_(lie), left_(queries) {}

  SimAnswer OnQuery(const SimQuery& query) override {
    auto message = PlainMessage::Decode(query.octets);
    if (!message || message->questions.size() != 1 || left_-- <= 0) return {};
    message->flags = wire::kFlagQR;
    message->edns.reset();
    lie_(&*message);
    return {.replies = {{message->Encode()}}};
  }

 private:
  Lie lie_;
  int left_;
};

void SayFormatError(PlainMessage* reply) {
  reply->rcode = Rcode::kFormErr;
  reply->questions.clear();
}

void SayNotImplemented(PlainMessage* reply) {
  reply->rcode = Rcode::kNotImp;
  reply->questions.clear();
}

void ChangeCase(PlainMessage* reply) {
  wire::Name& name = reply->questions[0].name;
  Octets octets(name.data(), name.data() + name.size());
  for (uint8_t& octet : octets) {
    if ((octet | 0x20) >= 'a' && (octet | 0x20) <= 'z') octet ^= 0x20;
  }
  name = wire::NameView::FromValid(octets.data(), octets.size());
  reply->flags |= wire::kFlagAA;
  reply->answer = test::Records("www.example. 300 A 203.0.113.66");
}

// An error may come without its question, so it is easy to forge. It must not take EDNS, which
// DNSSEC needs, or the cookie from the queries that follow.
TEST(RaceFormTest, AForgedFormatErrorTakesNothingFromAServerThatTookAll) {
  for (const LuckyForger::Lie lie : {SayFormatError, SayNotImplemented}) {
    for (const bool tcp_refused : {false, true}) {
      FormWorld world;
      (void)world.AskNext();
      world.a->conduct().tcp_refused = tcp_refused;
      LuckyForger forger(lie);
      world.world.world().SetSpoofer(&forger);
      // Without TCP and with a forger who is always first, there is no way to the answer.
      (void)world.AskNext(tcp_refused ? Rcode::kServFail : Rcode::kNoError);
      world.world.world().SetSpoofer(nullptr);
      EXPECT_FALSE(world.Known().plain_dns);
      EXPECT_FALSE(world.Known().takes_no_cookie);
      EXPECT_EQ(world.AskNext(), 1u);
      EXPECT_TRUE(world.last().edns);
      EXPECT_FALSE(world.last().cookie.empty());
      world.world.Stop();
    }
  }
}

// Only the server itself can say so over TCP.
TEST(RaceFormTest, AServerThatTookAllAndSaysFormatErrorOverTcpIsBelieved) {
  FormWorld world;
  (void)world.AskNext();
  world.a->conduct().with_edns = Fault::kFormErr;
  EXPECT_LE(world.AskNext(), 4u);
  EXPECT_TRUE(world.Known().plain_dns);
  EXPECT_EQ(world.AskNext(), 1u);
}

// It must be answered also without TCP, but then nothing is learnt.
TEST(RaceFormTest, AServerThatTookAllAndSaysFormatErrorWithoutTcpIsAskedWithoutEdns) {
  FormWorld world;
  (void)world.AskNext();
  world.a->conduct().with_edns = Fault::kFormErr;
  world.a->conduct().tcp_refused = true;
  (void)world.AskNext();
  EXPECT_FALSE(world.Known().plain_dns);
}

// A server that is known not to keep the case is believed in any case. So a forger must not be able
// to make a server known for that.
TEST(RaceFormTest, AForgedCaseDoesNotMakeAServerKnownToKeepNone) {
  for (const bool took_all : {false, true}) {
    FormWorld world;
    (void)world.AskNext();
    if (!took_all) world.world.Run(seconds(3601));
    world.a->conduct().tcp_refused = true;
    LuckyForger forger(ChangeCase, 1);
    world.world.world().SetSpoofer(&forger);
    (void)world.AskNext();
    EXPECT_FALSE(world.Known().keeps_no_case);
    EXPECT_FALSE(took_all && world.Known().takes_no_capitals);
    world.world.Stop();
  }
}

TEST(RaceFormTest, AForgedCaseTeachesNothingOfAServerThatIsAskedInLowerCase) {
  FormWorld world;
  world.a->conduct().with_capitals = Fault::kRefused;
  (void)world.AskNext();
  ASSERT_TRUE(world.Known().takes_no_capitals);
  LuckyForger forger(ChangeCase);
  world.world.world().SetSpoofer(&forger);
  (void)world.AskNext();
  EXPECT_EQ(world.last().transport, Transport::kTcp);
  EXPECT_FALSE(world.Known().keeps_no_case);
  world.world.Stop();
}

// A forger sends every question to TCP, where the server fails because of the capitals.
TEST(RaceFormTest, WhatIsRefusedOverTcpIsAskedInALeanerFormToo) {
  FormWorld world;
  world.a->conduct().with_capitals = Fault::kRefused;
  LuckyForger forger([](PlainMessage* reply) { reply->id ^= 0x5555; });
  world.world.world().SetSpoofer(&forger);
  (void)world.AskNext();
  world.world.Stop();
}

// The tries after all servers failed are few. One each comes before a second one of another.
TEST(RaceFormTest, EveryServerIsAskedInLowerCaseBeforeOneIsAskedWithoutEdns) {
  for (size_t willing = 0; willing < 3; ++willing) {
    FormWorld world(
        "example. 3600 NS a.example.\nexample. 3600 NS b.example.\nexample. 3600 NS c.example.\n"
        "a.example. 3600 A 192.0.2.1\nb.example. 3600 A 192.0.2.2\n"
        "c.example. 3600 A 192.0.2.3\n");
    sim::ZoneServer* const servers[] = {world.a, world.b,
                                        world.world.Add("192.0.2.3", "example.", FormZone())};
    for (sim::ZoneServer* server : servers) server->conduct().fault = Fault::kRefused;
    servers[willing]->conduct().fault = Fault::kNone;
    servers[willing]->conduct().with_capitals = Fault::kRefused;
    (void)world.AskNext();
  }
}

}  // namespace
}  // namespace tern::resolver::upstream
