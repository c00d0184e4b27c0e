// How much the resolver allows clients, zones and servers at a time, and what it tells those that
// get nothing.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "resolver/service/recursive_service.h"
#include "tests/sim/small_internet.h"
#include "wire/message.h"

namespace tern::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using wire::ExtendedError;
using wire::Rcode;
using wire::RRType;

constexpr std::string_view kAny = "* 300 A 198.51.100.1\n";

// --- Floods of random names ---

// Lets the names of one of its zones wait, and answers the others.
class HalfDeadServer : public SimServer {
 public:
  HalfDeadServer(SimServer* server, std::string_view zone) : server_(server), zone_(NameOf(zone)) {}
  SimAnswer OnQuery(const SimQuery& query) override {
    const std::optional<PlainMessage> message = PlainMessage::Decode(query.octets);
    if (message && message->questions[0].name.view().IsSubdomainOf(zone_)) return {};
    return server_->OnQuery(query);
  }

 private:
  SimServer* server_;
  wire::Name zone_;
};

enum class Flood : uint8_t {
  kNone,
  kDeadZone,
  kSlowZone,
  kZoneOnTheSameServer,
  kManyZonesOnDeadServers,
  kZoneWithoutAddresses,
};

struct Outcome {
  size_t failed = 0;
  Duration p99{0};
};

// Ten thousand random names a second for five seconds, and 200 questions a second from others.
class FloodedInternet {
 public:
  static constexpr int kTurns = 500;
  static constexpr int kZones = 200;

  explicit FloodedInternet(Flood flood) : flood_(flood) {
    innocent_ = internet_.AddDomain("example.com.", {kFirstServer}, kAny)[0];
    const std::vector<std::string_view> dead = {"192.0.2.41", "192.0.2.42", "192.0.2.43"};
    switch (flood) {
      case Flood::kNone:
        break;
      case Flood::kDeadZone:
        Silence(internet_.AddDomain("flood.com.", dead, kAny));
        break;
      case Flood::kSlowZone:
        internet_.AddDomain("flood.com.", {kSecondServer}, kAny)[0]->conduct().think_time =
            milliseconds(1500);
        break;
      case Flood::kZoneOnTheSameServer:
        internet_.AddToTld("com.", "flood.com. 3600 NS ns1.example.com.\n");
        half_dead_ = std::make_unique<HalfDeadServer>(innocent_, "flood.com.");
        internet_.world().AddServer(kFirstServer, half_dead_.get());
        break;
      case Flood::kManyZonesOnDeadServers:
        for (int i = 0; i < kZones; ++i) {
          Silence(internet_.AddDomain("z" + std::to_string(i) + ".com.", dead, kAny));
        }
        break;
      case Flood::kZoneWithoutAddresses:
        Silence(internet_.AddDomain("dead.net.", dead, kAny));
        internet_.AddToTld("com.", "flood.com. 3600 NS ns.dead.net.\n");
        break;
    }
  }

  SmallInternet& internet() { return internet_; }

  Outcome Run() {
    internet_.Start();
    SimWorld& world = internet_.world();
    std::vector<ClientQueryId> innocent;
    for (int turn = 0; turn < kTurns; ++turn) {
      for (int i = 0; flood_ != Flood::kNone && i < 100; ++i) {
        (void)internet_.Ask(RandomName(), RRType::kA);
      }
      for (int i = 0; i < 2; ++i) {
        const std::string name = "h" + std::to_string(turn * 2 + i) + ".example.com.";
        innocent.push_back(internet_.Ask(name, RRType::kA));
        world.RunFor(milliseconds(5));
      }
    }
    EXPECT_EQ(internet_.CheckRest(), "");
    Outcome outcome;
    std::vector<Duration> waits;
    for (const ClientQueryId id : innocent) {
      const std::optional<PlainMessage> reply = world.client_query(id).Message();
      if (!reply || reply->rcode != Rcode::kNoError || reply->answer.size() != 1) ++outcome.failed;
      waits.push_back(world.client_query(id).Latency());
    }
    std::sort(waits.begin(), waits.end());
    outcome.p99 = waits[waits.size() * 99 / 100];
    return outcome;
  }

 private:
  static void Silence(const std::vector<ZoneServer*>& servers) {
    for (ZoneServer* server : servers) server->conduct().fault = Fault::kSilent;
  }
  std::string RandomName() {
    const std::string label = "r" + std::to_string(next_++);
    if (flood_ != Flood::kManyZonesOnDeadServers) return label + ".flood.com.";
    return label + ".z" + std::to_string(next_ % kZones) + ".com.";
  }

  Flood flood_;
  // As many exchanges as a worker has sockets.
  SmallInternet internet_{SimWorld::Options{.seed = 5, .exchanges_max = 4096}};
  ZoneServer* innocent_;
  std::unique_ptr<HalfDeadServer> half_dead_;
  int next_ = 0;
};

class FloodTest : public testing::TestWithParam<Flood> {};

TEST_P(FloodTest, LeavesOtherZonesAsTheyWere) {
  const Outcome calm = FloodedInternet(Flood::kNone).Run();
  EXPECT_EQ(calm.failed, 0u);
  const Outcome flooded = FloodedInternet(GetParam()).Run();
  EXPECT_EQ(flooded.failed, 0u);
  EXPECT_LE(flooded.p99, calm.p99 + milliseconds(5));
}

class FloodWithoutLimitsTest : public FloodTest {};

// Without the limits, each of these floods takes what others need.
TEST_P(FloodWithoutLimitsTest, OtherZonesSuffer) {
  FloodedInternet flooded(GetParam());
  flooded.internet().settings().resolution.limits = {.per_zone = 65535, .per_server = 65535};
  EXPECT_GT(flooded.Run().failed, 0u);
}

INSTANTIATE_TEST_SUITE_P(Shapes, FloodTest,
                         testing::Values(Flood::kDeadZone, Flood::kSlowZone,
                                         Flood::kZoneOnTheSameServer,
                                         Flood::kManyZonesOnDeadServers,
                                         Flood::kZoneWithoutAddresses));
// The jobs of the fifth wait without sockets, and the oldest ones are dropped.
INSTANTIATE_TEST_SUITE_P(Shapes, FloodWithoutLimitsTest,
                         testing::Values(Flood::kDeadZone, Flood::kSlowZone,
                                         Flood::kZoneOnTheSameServer,
                                         Flood::kManyZonesOnDeadServers));

// --- Queries in flight ---

class InFlightTest : public testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(internet_.CheckRest(), ""); }
  // Asks so many questions at once for a zone whose servers take a while. Returns the replies in
  // order.
  std::vector<PlainMessage> AskAtOnce(int count) {
    std::vector<ClientQueryId> ids;
    for (int i = 0; i < count; ++i) {
      ids.push_back(internet_.Ask("q" + std::to_string(asked_++) + ".example.com.", RRType::kA));
    }
    internet_.world().RunFor(seconds(3));
    std::vector<PlainMessage> replies;
    for (const ClientQueryId id : ids) {
      replies.push_back(internet_.world().client_query(id).Message().value());
    }
    return replies;
  }
  void MakeSlow(const std::vector<ZoneServer*>& servers) {
    for (ZoneServer* server : servers) server->conduct().think_time = milliseconds(250);
  }
  static size_t CountRefused(const std::vector<PlainMessage>& replies) {
    return static_cast<size_t>(
        std::count_if(replies.begin(), replies.end(), [](const PlainMessage& reply) {
          return reply.rcode == Rcode::kServFail &&
                 ExtendedErrorOf(reply) == ExtendedError::kNotReady;
        }));
  }

  SmallInternet internet_{SimWorld::Options{.seed = 5}};
  int asked_ = 0;
};

TEST_F(InFlightTest, QuestionsBeyondAZonesShareFailAtOnce) {
  MakeSlow(internet_.AddDomain("example.com.", {kFirstServer}, kAny));
  internet_.settings().resolution.limits.per_zone = 4;
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("www.example.com.", RRType::kA).rcode, Rcode::kNoError);
  EXPECT_EQ(CountRefused(AskAtOnce(10)), 6u);
  EXPECT_EQ(internet_.resolver().ReadCounters().of_limits.zone_questions_met, 6u);
  EXPECT_EQ(CountRefused(AskAtOnce(4)), 0u);
}

TEST_F(InFlightTest, AServerAtItsLimitLeavesTheQuestionToItsReplica) {
  const auto servers = internet_.AddDomain("example.com.", {kFirstServer, kSecondServer}, kAny);
  internet_.settings().resolution.limits.per_server = 4;
  internet_.Start();
  // Until both servers are known, because a server that never answered has half the limit.
  for (int i = 0; i < 20; ++i) {
    const std::string name = "w" + std::to_string(i) + ".example.com.";
    EXPECT_EQ(internet_.Lookup(name, RRType::kA).rcode, Rcode::kNoError);
  }
  MakeSlow(servers);
  const size_t before = internet_.world().upstream().size();
  EXPECT_EQ(CountRefused(AskAtOnce(8)), 0u);
  EXPECT_EQ(internet_.world().CountUpstream(kFirstServer, before), 4u);
  EXPECT_EQ(internet_.world().CountUpstream(kSecondServer, before), 4u);
  EXPECT_GT(internet_.resolver().ReadCounters().of_limits.server_queries_met, 0u);
  // When all servers are at their limit, the other questions fail at once.
  EXPECT_EQ(CountRefused(AskAtOnce(11)), 3u);
  EXPECT_EQ(CountRefused(AskAtOnce(8)), 0u);
}

TEST_F(InFlightTest, WhatFailedForWantOfRoomIsNotRemembered) {
  MakeSlow(internet_.AddDomain("example.com.", {kFirstServer}, kAny));
  internet_.settings().resolution.limits.per_server = 1;
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("www.example.com.", RRType::kA).rcode, Rcode::kNoError);
  EXPECT_EQ(CountRefused(AskAtOnce(2)), 1u);
  asked_ = 0;
  const std::vector<PlainMessage> again = AskAtOnce(2);
  EXPECT_EQ(CountRefused(again), 0u);
}

TEST_F(InFlightTest, ForwardersHaveNoLimit) {
  const std::string zone = "@ 3600 SOA ns root 1 3600 600 86400 300\n" + std::string(kAny);
  MakeSlow({internet_.AddServer("192.0.2.50", "corp.example.", zone)});
  internet_.settings().static_zones.push_back(
      {NameOf("corp.example."), {*Endpoint::Parse("192.0.2.50:53", 53)}, true, false});
  internet_.settings().resolution.limits = {.per_zone = 1, .per_server = 1};
  internet_.Start();
  std::vector<ClientQueryId> ids;
  for (int i = 0; i < 50; ++i) {
    ids.push_back(internet_.Ask("q" + std::to_string(i) + ".corp.example.", RRType::kA));
  }
  internet_.world().RunFor(seconds(3));
  for (const ClientQueryId id : ids) {
    EXPECT_EQ(internet_.world().client_query(id).Message()->rcode, Rcode::kNoError);
  }
}

// --- What one client prefix may have ---

class ClientLimitTest : public testing::Test {
 protected:
  ClientLimitTest() {
    internet_.AddDomain("example.com.", {kFirstServer}, kAny);
    internet_.AddDomain("dead.com.", {kSecondServer}, kAny)[0]->conduct().fault = Fault::kSilent;
    // All clients of this world are in that prefix.
    limit().ipv4_prefix = 8;
    limit().burst = seconds(1);
  }
  resolver::policy::RateLimitSettings& limit() { return internet_.settings().rate_limit; }

  // What so many questions got that were asked at once. Each asks for another name, unless `name`
  // is given.
  struct Counts {
    int answered = 0, truncated = 0, refused = 0, silent = 0;
    friend bool operator==(const Counts&, const Counts&) = default;
  };
  Counts AskAtOnce(int count, bool tcp, std::string_view name = "",
                   Duration wait = milliseconds(300)) {
    std::vector<ClientQueryId> ids;
    for (int i = 0; i < count; ++i) {
      const std::string next = "q" + std::to_string(asked_++) + ".example.com.";
      const Octets query = MakeQuery(7, name.empty() ? next : name, RRType::kA).Encode();
      ids.push_back(tcp ? internet_.world().AskStream(query)
                        : internet_.world().AskDatagram(query));
    }
    internet_.world().RunFor(wait);
    Counts counts;
    for (const ClientQueryId id : ids) {
      const std::optional<PlainMessage> reply = internet_.world().client_query(id).Message();
      if (!reply) {
        ++counts.silent;
      } else if (reply->Has(wire::kFlagTC)) {
        EXPECT_TRUE(reply->answer.empty());
        ++counts.truncated;
      } else if (reply->rcode == Rcode::kRefused) {
        EXPECT_EQ(ExtendedErrorOf(*reply), ExtendedError::kProhibited);
        ++counts.refused;
      } else {
        ++counts.answered;
      }
    }
    return counts;
  }

  SmallInternet internet_{SimWorld::Options{.seed = 5}};
  int asked_ = 0;
};

TEST_F(ClientLimitTest, NobodyIsLimitedByDefault) {
  internet_.Start();
  EXPECT_EQ(AskAtOnce(500, false), (Counts{.answered = 500}));
}

TEST_F(ClientLimitTest, QueriesOverTheRateGetNothingOrAreSentToTcp) {
  limit().queries = 10;
  limit().slip = 0;
  internet_.Start();
  EXPECT_EQ(AskAtOnce(30, false), (Counts{.answered = 10, .silent = 20}));
  internet_.world().RunFor(seconds(2));
  EXPECT_EQ(AskAtOnce(30, false, "q0.example.com."), (Counts{.answered = 10, .silent = 20}));
}

TEST_F(ClientLimitTest, OneInSlipIsTruncated) {
  limit().queries = 10;
  limit().slip = 1;
  internet_.Start();
  EXPECT_EQ(AskAtOnce(30, false), (Counts{.answered = 10, .truncated = 20}));
  SmallInternet half{SimWorld::Options{.seed = 5}};
  half.settings().rate_limit.ipv4_prefix = 8;
  half.settings().rate_limit.queries = 1;
  half.Start();
  int truncated = 0;
  for (int i = 0; i < 2000; ++i) {
    const ClientQueryId id = half.Ask("localhost.", RRType::kA);
    half.world().RunFor(Duration(1));
    const std::optional<PlainMessage> reply = half.world().client_query(id).Message();
    if (reply && reply->Has(wire::kFlagTC)) ++truncated;
  }
  EXPECT_GT(truncated, 850);
  EXPECT_LT(truncated, 1150);
}

// A forged flood over UDP takes nothing from clients that come over TCP. A flood over TCP is told.
TEST_F(ClientLimitTest, TcpHasItsOwnBucketAndIsToldAtItsEnd) {
  limit().queries = 10;
  limit().slip = 0;
  internet_.Start();
  EXPECT_EQ(AskAtOnce(30, false), (Counts{.answered = 10, .silent = 20}));
  EXPECT_EQ(AskAtOnce(30, true), (Counts{.answered = 10, .refused = 20}));
}

TEST_F(ClientLimitTest, MissesHaveARateOfTheirOwn) {
  limit().misses = 10;
  limit().slip = 1;
  internet_.Start();
  EXPECT_EQ(AskAtOnce(30, false), (Counts{.answered = 10, .truncated = 20}));
  EXPECT_EQ(AskAtOnce(200, false, "q0.example.com."), (Counts{.answered = 200}));
  internet_.world().RunFor(seconds(2));
  EXPECT_EQ(AskAtOnce(30, true), (Counts{.answered = 10, .refused = 20}));
}

TEST_F(ClientLimitTest, ExemptClientsAreNotLimited) {
  limit().queries = limit().misses = limit().waiting = 1;
  limit().exempt = {*resolver::Prefix::Parse("10.0.0.0/8")};
  internet_.Start();
  EXPECT_EQ(AskAtOnce(100, false), (Counts{.answered = 100}));
}

// Octets that cannot be read as a question are not worth a packet to an address that may be forged.
TEST_F(ClientLimitTest, UnsoundQueriesOverTheRateGetNothing) {
  limit().queries = 1;
  limit().slip = 1;
  internet_.Start();
  (void)AskAtOnce(1, false);
  const Octets unsound(12, 0);
  const ClientQueryId id = internet_.world().AskDatagram(unsound);
  internet_.world().RunFor(seconds(0));
  EXPECT_EQ(internet_.world().client_query(id).replies, 0);
}

// --- DNSBomb: questions collected for a victim, to be answered all at once ---

TEST_F(ClientLimitTest, UnansweredUdpQuestionsOfAPrefixAreBounded) {
  limit().waiting = 20;
  limit().slip = 0;
  internet_.Start();
  const Duration patience = milliseconds(5050);
  EXPECT_EQ(AskAtOnce(100, false, "www.dead.com.", patience),
            (Counts{.answered = 20, .silent = 80}));
  EXPECT_EQ(internet_.resolver().ReadCounters().of_limits.prefix_waiting_met, 80u);
  // With each answer there is room again.
  EXPECT_EQ(AskAtOnce(100, false, "ftp.dead.com.", patience),
            (Counts{.answered = 20, .silent = 80}));
}

TEST_F(ClientLimitTest, TcpAndCachedAnswersAreNotBoundByIt) {
  limit().waiting = 20;
  limit().slip = 1;
  internet_.Start();
  EXPECT_EQ(AskAtOnce(1, false, "www.example.com."), (Counts{.answered = 1}));
  EXPECT_EQ(AskAtOnce(100, false, "www.dead.com.", milliseconds(50)),
            (Counts{.truncated = 80, .silent = 20}));
  EXPECT_EQ(AskAtOnce(100, false, "www.example.com."), (Counts{.answered = 100}));
  EXPECT_EQ(AskAtOnce(100, true), (Counts{.answered = 100}));
}

TEST_F(ClientLimitTest, WaitersOfAQuestionAreBounded) {
  limit().waiting = 0;
  internet_.Start();
  const Counts counts = AskAtOnce(3000, false, "www.dead.com.", milliseconds(50));
  EXPECT_EQ(counts, (Counts{.answered = 3000 - 1024, .silent = 1024}));
  EXPECT_EQ(internet_.resolver().ReadCounters().of_limits.waiters_met, 3000u - 1024);
}

TEST_F(ClientLimitTest, AUdpAnswerThatComesTooLateIsNotSent) {
  internet_.Start();
  const Octets query = MakeQuery(7, "www.dead.com.", RRType::kA).Encode();
  const ClientQueryId udp = internet_.world().AskDatagram(query);
  const ClientQueryId tcp = internet_.world().AskStream(query);
  internet_.world().RunFor(milliseconds(500));
  internet_.world().Stall(seconds(5));
  internet_.world().RunFor(seconds(8));
  EXPECT_EQ(internet_.world().client_query(udp).replies, 0);
  EXPECT_EQ(internet_.world().client_query(tcp).replies, 1);
  EXPECT_EQ(internet_.resolver().work_in_flight(), 0u);
}

TEST_F(ClientLimitTest, AnAnswerInTheLastMomentIsSent) {
  internet_.Start();
  const ClientQueryId udp = internet_.Ask("www.dead.com.", RRType::kA);
  internet_.world().RunFor(milliseconds(1750));
  internet_.world().Stall(milliseconds(90));
  internet_.world().RunFor(seconds(8));
  EXPECT_EQ(internet_.world().client_query(udp).replies, 1);
}

// --- Other workers ---

// A worker that gets no processor. What is posted to it stays.
class SleepingWorker : public SimWorld {
 public:
  SleepingWorker() : SimWorld(Options{}) {}
  int index() const override { return 1; }
  void Post(resolver::io::Message* message) override { posted.emplace_back(message); }

  std::vector<std::unique_ptr<resolver::io::Message>> posted;
};

TEST_F(ClientLimitTest, MissesThatAnotherWorkerDoesNotTakeAreBounded) {
  constexpr size_t kMost = resolver::service::kMissesUnderWayMax;
  SleepingWorker sleeping;
  limit().waiting = 0;
  internet_.Start();
  internet_.resolver().SetPeers({&internet_.world(), &sleeping});
  const Counts counts = AskAtOnce(3 * kMost, false);
  EXPECT_EQ(sleeping.posted.size(), kMost);
  EXPECT_EQ(internet_.resolver().ReadCounters().of_limits.misses, kMost);
  EXPECT_GT(internet_.resolver().ReadCounters().of_limits.misses_met, 0u);
  EXPECT_EQ(counts.silent, static_cast<int>(kMost));  // the others have their failure at once
  // When it takes a question, there is room again.
  for (size_t i = 0; i < 100; ++i) internet_.world().Post(sleeping.posted[i].release());
  (void)AskAtOnce(1000, false);
  EXPECT_EQ(sleeping.posted.size(), kMost + 100);
}

// --- RFC 8914: why not ---

class ExtendedErrorTest : public testing::Test {
 protected:
  ExtendedErrorTest() {
    servers_ = internet_.AddDomain("example.com.", {kFirstServer, kSecondServer}, kAny);
  }

  PlainMessage Exchange(const PlainMessage& query) {
    const ClientQueryId id = internet_.world().AskDatagram(query.Encode());
    EXPECT_TRUE(internet_.world().RunUntilAnswered(id, SmallInternet::kAnswerLimit));
    return internet_.world().client_query(id).Message().value_or(PlainMessage());
  }
  // The same error in one reply with EDNS, and no OPT at all in another without.
  void ExpectError(PlainMessage query, Rcode rcode, ExtendedError error) {
    const PlainMessage with = Exchange(query);
    EXPECT_EQ(with.rcode, rcode) << with.ToText();
    EXPECT_EQ(ExtendedErrorOf(with), error) << with.ToText();
    query.edns.reset();
    const PlainMessage without = Exchange(query);
    EXPECT_EQ(without.rcode, rcode) << without.ToText();
    EXPECT_FALSE(without.edns.has_value()) << without.ToText();
  }
  void ExpectServFail(ExtendedError error) {
    ExpectError(MakeQuery(7, "www.example.com.", RRType::kA), Rcode::kServFail, error);
  }
  void BreakAll(Fault fault) {
    for (ZoneServer* server : servers_) server->conduct().fault = fault;
  }

  SmallInternet internet_{SimWorld::Options{.seed = 5}};
  std::vector<ZoneServer*> servers_;
};

TEST_F(ExtendedErrorTest, NotReadyWhenThereIsNoRoom) {
  BreakAll(Fault::kSilent);
  internet_.settings().resolution.limits.per_zone = 1;
  internet_.Start();
  (void)internet_.Ask("other.example.com.", RRType::kA);
  internet_.world().RunFor(milliseconds(100));
  ExpectServFail(ExtendedError::kNotReady);
}

TEST_F(ExtendedErrorTest, ProhibitedForWhoMayNotAsk) {
  internet_.settings().allow.clear();
  internet_.Start();
  const PlainMessage query = MakeQuery(7, "www.example.com.", RRType::kA);
  ExpectError(query, Rcode::kRefused, ExtendedError::kProhibited);
  // The query's address may be forged, so it gets the code and nothing more.
  const ClientQueryId id = internet_.world().AskDatagram(query.Encode());
  internet_.world().RunFor(seconds(0));
  EXPECT_LE(internet_.world().client_query(id).reply.size(), query.Encode().size() + 6);
}

// RFC 8914 section 4.21: a resolver that receives a query with the RD bit clear.
TEST_F(ExtendedErrorTest, NotAuthoritativeForWhoDoesNotAskForRecursion) {
  internet_.Start();
  PlainMessage query = MakeQuery(7, "www.example.com.", RRType::kA);
  query.flags = 0;
  ExpectError(query, Rcode::kRefused, ExtendedError::kNotAuthoritative);
}

TEST_F(ExtendedErrorTest, NotSupportedForWhatIsNotDoneHere) {
  internet_.Start();
  PlainMessage query = MakeQuery(7, "www.example.com.", RRType::kA);
  for (const wire::Opcode opcode :
       {wire::Opcode::kNotify, wire::Opcode::kUpdate, wire::Opcode::kStatus}) {
    query.opcode = opcode;
    ExpectError(query, Rcode::kNotImp, ExtendedError::kNotSupported);
  }
  for (const RRType type : {RRType::kAXFR, RRType::kIXFR}) {
    ExpectError(MakeQuery(7, "example.com.", type), Rcode::kRefused, ExtendedError::kNotSupported);
  }
  for (const RRType type : {RRType::kMAILB, RRType::kTKEY, static_cast<RRType>(200)}) {
    ExpectError(MakeQuery(7, "example.com.", type), Rcode::kNotImp, ExtendedError::kNotSupported);
  }
  for (const int rrclass : {3, 4, 255}) {
    query = MakeQuery(7, "www.example.com.", RRType::kTXT);
    query.questions[0].rrclass = static_cast<wire::RRClass>(rrclass);
    ExpectError(query, Rcode::kRefused, ExtendedError::kNotSupported);
  }
}

TEST_F(ExtendedErrorTest, NoReachableAuthorityWhenServersAreSilentOrRefuse) {
  for (const Fault fault :
       {Fault::kSilent, Fault::kRefused, Fault::kServFail, Fault::kNotImp, Fault::kRefersUpward}) {
    SCOPED_TRACE(static_cast<int>(fault));
    BreakAll(fault);
    internet_.Start();
    ExpectServFail(ExtendedError::kNoReachableAuthority);
    EXPECT_EQ(internet_.CheckRest(), "");
  }
}

TEST_F(ExtendedErrorTest, NetworkErrorWhenNobodyIsThere) {
  BreakAll(Fault::kUnreachable);
  internet_.Start();
  ExpectServFail(ExtendedError::kNetworkError);
}

TEST_F(ExtendedErrorTest, OneSilentServerAmongUnreachableOnesIsNoNetworkError) {
  BreakAll(Fault::kUnreachable);
  servers_[1]->conduct().fault = Fault::kSilent;
  internet_.Start();
  ExpectServFail(ExtendedError::kNoReachableAuthority);
}

TEST_F(ExtendedErrorTest, InvalidDataWhenNothingCanBeRead) {
  BreakAll(Fault::kGarbage);
  internet_.Start();
  ExpectServFail(ExtendedError::kInvalidData);
}

// Anybody could have sent the garbage.
TEST_F(ExtendedErrorTest, GarbageWithoutTcpIsNeitherNetworkErrorNorInvalidData) {
  BreakAll(Fault::kGarbage);
  for (ZoneServer* server : servers_) server->conduct().tcp_refused = true;
  internet_.Start();
  ExpectServFail(ExtendedError::kNoReachableAuthority);
}

}  // namespace
}  // namespace tern::sim
