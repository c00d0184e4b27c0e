// "CAMP / TsuKing / cyclic delegations": what one client query may cost in all cases, and that the
// limits are where they should be.
#include "tests/sim/threats/threat_test.h"

namespace tern::sim {
namespace {

// Every name exists one label further down, at the same address. So there are referrals without
// end, each one label deeper, until the name has `labels` labels. Then comes the answer.
class Stairs {
 public:
  Stairs(std::string_view address, std::function<bool(PlainMessage*)> at_the_end)
      : address_(*IpAddress::Parse(address)), at_the_end_(std::move(at_the_end)) {}

  bool operator()(PlainMessage* reply) {
    const wire::Name name = reply->questions[0].name;
    size_t& depth = depth_[wire::ToText(name.view())];
    if (depth == 0) depth = 2;
    if (depth + 1 > name.view().LabelCount()) return at_the_end_(reply);
    const wire::Name cut(name.view().Suffix(++depth));
    const wire::Name server = NameOf("ns." + wire::ToText(cut.view()));
    reply->flags = wire::kFlagQR;
    reply->authority.push_back({cut, RRType::kNS, wire::RRClass::kIN, 3600,
                                Octets(server.data(), server.data() + server.size())});
    reply->additional.push_back({server, RRType::kA, wire::RRClass::kIN, 3600,
                                 Octets(address_.octets, address_.octets + 4)});
    return true;
  }

 private:
  IpAddress address_;
  std::function<bool(PlainMessage*)> at_the_end_;
  std::map<std::string, size_t> depth_;
};

std::string DeepName(size_t labels, std::string_view zone) {
  std::string name(zone);
  for (size_t i = 2; i < labels; ++i) name = "a." + name;
  return name;
}

class BudgetTest : public ThreatTest {
 protected:
  // Only referrals are counted. Minimisation would cost queries of its own.
  void WithoutMinimisation() {
    internet_.settings().resolution.qname_minimisation = resolver::QnameMinimisation::kOff;
    // Letters keep their case, so the stairs recognise their names.
    internet_.settings().resolution.case_randomisation = false;
  }
  void AddStairs(std::string_view zone, std::string_view address, SimServer* server) {
    internet_.AddToTld("com.", std::string(zone) + " 3600 NS ns." + std::string(zone) + "\nns." +
                                   std::string(zone) + " 3600 A " + std::string(address) + "\n");
    internet_.world().AddServer(address, server);
  }
};

bool AnswerWithAddress(PlainMessage* reply) {
  reply->answer.push_back(
      {reply->questions[0].name, RRType::kA, wire::RRClass::kIN, 60, {198, 51, 100, 9}});
  return true;
}

// "<= 64 upstream queries": the sixty-fourth may answer, a sixty-fifth is not sent.
TEST_F(BudgetTest, SixtyFourUpstreamQueriesAndNoMore) {
  WithoutMinimisation();
  Stairs stairs("192.0.2.70", AnswerWithAddress);
  ScriptedServer server([&](const SimQuery&, PlainMessage* reply) { return stairs(reply); });
  AddStairs("x.com.", "192.0.2.70", &server);
  const RestCheck rest(&internet_);
  internet_.Start();
  internet_.Lookup("com.", RRType::kNS);  // com.'s servers are known
  // com. refers to x.com. Its server refers once for each label, and then answers.
  for (const size_t labels : {64, 65}) {
    const size_t before = Sent();
    const PlainMessage answer = internet_.Lookup(DeepName(labels, "x.com."), RRType::kA);
    EXPECT_EQ(answer.rcode, labels == 64 ? Rcode::kNoError : Rcode::kServFail) << labels;
    EXPECT_EQ(Sent() - before, 64u) << labels;
    EXPECT_EQ(internet_.resolver().ReadCounters().of_limits.query_queries_met > 0, labels == 65);
    internet_.world().RunFor(seconds(3700));
    internet_.Lookup("com.", RRType::kNS);
  }
}

// PowerDNS 24027: few queries can be much traffic. Each referral of the attacker has 60 KiB.
TEST_F(BudgetTest, AQuarterMebibyteOfRepliesAndNoMore) {
  WithoutMinimisation();
  Stairs stairs("192.0.2.70", AnswerWithAddress);
  size_t octets = 0;
  ScriptedServer server([&](const SimQuery& query, PlainMessage* reply) {
    if (query.transport == Transport::kUdp) {
      reply->flags |= wire::kFlagTC;
      return true;
    }
    (void)stairs(reply);
    for (int i = 0; i < 240; ++i) {
      reply->additional.push_back(
          {reply->questions[0].name, RRType::kTXT, wire::RRClass::kIN, 60, Octets(240, 7)});
    }
    octets += reply->Encode().size();
    return true;
  });
  AddStairs("x.com.", "192.0.2.70", &server);
  const RestCheck rest(&internet_);
  internet_.Start();
  EXPECT_EQ(internet_.Lookup(DeepName(40, "x.com."), RRType::kA).rcode, Rcode::kServFail);
  internet_.world().RunFor(seconds(10));
  EXPECT_GT(octets, 200u << 10);
  EXPECT_LT(octets, (256u + 64) << 10);
  EXPECT_GT(internet_.resolver().ReadCounters().of_limits.query_octets_met, 0u);
  EXPECT_EQ(internet_.resolver().ReadCounters().of_limits.query_queries_met, 0u);
}

TEST_F(BudgetTest, AnOperatorMayAllowFewerQueries) {
  WithoutMinimisation();
  internet_.settings().resolution.budget.upstream_queries = 5;
  Stairs stairs("192.0.2.70", AnswerWithAddress);
  ScriptedServer server([&](const SimQuery&, PlainMessage* reply) { return stairs(reply); });
  AddStairs("x.com.", "192.0.2.70", &server);
  const RestCheck rest(&internet_);
  internet_.Start();
  for (const size_t labels : {5, 6}) {
    internet_.Lookup("com.", RRType::kNS);
    const size_t before = Sent();
    EXPECT_EQ(internet_.Lookup(DeepName(labels, "x.com."), RRType::kA).rcode,
              labels == 5 ? Rcode::kNoError : Rcode::kServFail);
    EXPECT_EQ(Sent() - before, 5u) << labels;
    internet_.world().RunFor(seconds(3700));
  }
}

// The client hears of the failure before. What comes until the end is kept.
TEST_F(BudgetTest, AnOperatorMayAllowLessTime) {
  for (const int total : {2, 4}) {
    SmallInternet internet(SimWorld::Options{.seed = 4});
    internet.settings().resolution.budget.failure_timeout = seconds(2);
    internet.settings().resolution.budget.total_timeout = seconds(total);
    ZoneServer* const server =
        internet.AddDomain("late.com.", {kVictim}, "www 300 A 198.51.100.1\n")[0];
    internet.Start();
    internet.Lookup("late.com.", RRType::kNS);
    server->conduct().think_time = milliseconds(2500);
    EXPECT_EQ(internet.Lookup("www.late.com.", RRType::kA).rcode, Rcode::kServFail);
    internet.world().RunFor(seconds(3));
    EXPECT_EQ(internet.Lookup("www.late.com.", RRType::kA).answer.size(), total == 4 ? 1u : 0u);
  }
}

// From com. to x.com., then one for each further label.
TEST_F(BudgetTest, AnOperatorMayAllowFewerReferrals) {
  WithoutMinimisation();
  internet_.settings().resolution.budget.referrals = 5;
  Stairs stairs("192.0.2.70", AnswerWithAddress);
  ScriptedServer server([&](const SimQuery&, PlainMessage* reply) { return stairs(reply); });
  AddStairs("x.com.", "192.0.2.70", &server);
  const RestCheck rest(&internet_);
  internet_.Start();
  for (const size_t labels : {6, 7}) {
    internet_.Lookup("com.", RRType::kNS);
    const size_t before = Sent();
    EXPECT_EQ(internet_.Lookup(DeepName(labels, "x.com."), RRType::kA).rcode,
              labels == 6 ? Rcode::kNoError : Rcode::kServFail);
    EXPECT_EQ(Sent() - before, 6u) << labels;
    EXPECT_EQ(internet_.resolver().ReadCounters().of_limits.query_referrals_met,
              labels == 6 ? 0u : 1u);
    internet_.world().RunFor(seconds(3700));
  }
}

// "<= 130 referrals over all", with a budget of queries that allows for more. Two names of one
// chain share them: the first takes 1 + 78 or 79, the second 1 + 50.
TEST_F(BudgetTest, HundredAndThirtyReferralsOverAllAndNoMore) {
  WithoutMinimisation();
  internet_.settings().resolution.budget.upstream_queries = 1000;
  internet_.settings().cache.max_stale = 0;  // what the first chain led to is not the answer
  std::optional<Stairs> first;
  std::optional<Stairs> second;
  ScriptedServer one([&](const SimQuery&, PlainMessage* reply) { return (*first)(reply); });
  ScriptedServer two([&](const SimQuery&, PlainMessage* reply) { return (*second)(reply); });
  AddStairs("x.com.", "192.0.2.70", &one);
  AddStairs("y.com.", "192.0.2.71", &two);
  const RestCheck rest(&internet_);
  internet_.Start();
  for (const size_t labels : {80, 81}) {
    first.emplace("192.0.2.70", [](PlainMessage* reply) {
      const wire::Name target = NameOf(DeepName(52, "y.com."));
      reply->answer.push_back({reply->questions[0].name, RRType::kCNAME, wire::RRClass::kIN, 60,
                               Octets(target.data(), target.data() + target.size())});
      return true;
    });
    second.emplace("192.0.2.71", AnswerWithAddress);
    internet_.Lookup("com.", RRType::kNS);
    const size_t before = Sent();
    EXPECT_EQ(internet_.Lookup(DeepName(labels, "x.com."), RRType::kA).rcode,
              labels == 80 ? Rcode::kNoError : Rcode::kServFail);
    EXPECT_EQ(Sent() - before, 132u) << labels;
    internet_.world().RunFor(seconds(3700));
  }
}

// Zones whose servers are named in the next one; the last has glue.
void AddNestedZones(SmallInternet* internet, int depth) {
  for (int i = 0; i <= depth; ++i) {
    const std::string zone = "z" + std::to_string(i) + ".com.";
    const std::string address = "203.0.113." + std::to_string(i + 1);
    const std::string glued = "ns0." + zone;
    const std::string server = i == depth ? glued : "ns.z" + std::to_string(i + 1) + ".com.";
    internet->AddToTld("com.", zone + " 3600 NS " + server +
                                   (i == depth ? "\n" + glued + " 3600 A " + address : ""));
    // `ns` is the server of the zone before.
    internet->AddServer(address, zone,
                        "@ 60 SOA a. b. 1 2 3 4 5\nwww 60 A 198.51.100.1\n@ 60 NS " + server +
                            "\nns 60 A 203.0.113." + std::to_string(i) + "\n");
  }
}

void ExpectNestedLookUps(std::optional<int> setting, int most) {
  for (const int depth : {most, most + 1}) {
    SmallInternet internet(SimWorld::Options{.seed = 4});
    internet.settings().resolution.ipv6 = resolver::Ipv6Use::kOff;
    if (setting) internet.settings().resolution.budget.nesting = *setting;
    AddNestedZones(&internet, depth);
    internet.Start();
    const PlainMessage answer = internet.Lookup("www.z0.com.", RRType::kA);
    EXPECT_EQ(answer.rcode, depth == most ? Rcode::kNoError : Rcode::kServFail)
        << depth << "\n"
        << internet.world().Trace();
    EXPECT_LE(internet.world().upstream().size(), 66u);
    EXPECT_EQ(internet.resolver().ReadCounters().of_limits.query_nesting_met > 0, depth > most);
    EXPECT_EQ(internet.CheckRest(), "");
  }
}

// "depth <= 8 nested lookups"
TEST_F(BudgetTest, EightNestedLookUpsAndNoMore) { ExpectNestedLookUps(std::nullopt, 8); }

TEST_F(BudgetTest, AnOperatorMayAllowFewerNestedLookUps) { ExpectNestedLookUps(3, 3); }

// Each link of a chain leads into a zone whose name servers have no glue and are in yet another
// zone.
TEST_F(BudgetTest, RestartsGetNoNewAllowance) {
  constexpr int kServers = 4;  // few, so that a link would be found if each had an allowance
  for (int i = 0; i < 12; ++i) {
    const std::string n = std::to_string(i);
    const std::string zone = "c" + n + ".com.";
    for (int j = 0; j < kServers; ++j) {
      internet_.AddToTld("com.", zone + " 3600 NS ns" + std::to_string(j) + ".s" + n + ".net.");
    }
    std::string servers;
    for (int j = 0; j < kServers; ++j) {
      // All but the last are dead.
      servers += "ns" + std::to_string(j) + " 300 A 203.0.113." +
                 std::to_string(j == kServers - 1 ? i + 1 : 200 + j) + "\n";
    }
    internet_.AddDomain("s" + n + ".net.", {"198.18.0." + std::to_string(i + 1)}, servers);
    internet_.AddServer(
        "203.0.113." + std::to_string(i + 1), zone,
        "@ 60 SOA a. b. 1 2 3 4 5\nwww 60 CNAME www.c" + std::to_string(i + 1) + ".com.\n");
  }
  ZoneServer refuses("other.org.", "@ 60 SOA a. b. 1 2 3 4 5\n");
  internet_.world().SetServerElsewhere(&refuses);
  internet_.com().conduct().payload_max = 4096;
  const RestCheck rest(&internet_);
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("www.c0.com.", RRType::kA).rcode, Rcode::kServFail);
  internet_.world().RunFor(seconds(20));
  EXPECT_LE(UpstreamSince(), 64u) << Trace();
  EXPECT_LE(internet_.last_latency(), milliseconds(5050));
}

TEST_F(BudgetTest, ACycleOfDelegationsFailsAtOnceAndIsRemembered) {
  internet_.AddToTld("com.", "one.com. 3600 NS ns.two.net.\n");
  internet_.AddToTld("net.", "two.net. 3600 NS ns.three.com.\n");
  internet_.AddToTld("com.", "three.com. 3600 NS ns.one.com.\n");
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("www.one.com.", RRType::kA).rcode, Rcode::kServFail);
  EXPECT_LE(UpstreamSince(), 12u) << Trace();
  EXPECT_LT(internet_.last_latency(), milliseconds(500));
  EXPECT_EQ(internet_.Lookup("www.one.com.", RRType::kA).rcode, Rcode::kServFail);
  EXPECT_EQ(internet_.last_upstream_queries(), 0u) << Trace();
}

// Ten thousand names in it cost one or two queries each, not their budgets.
TEST_F(BudgetTest, ManyNamesInACycleOfDelegationsCostLittle) {
  internet_.AddToTld("com.", "one.com. 3600 NS ns.two.net.\n");
  internet_.AddToTld("net.", "two.net. 3600 NS ns.one.com.\n");
  internet_.Start();
  internet_.Lookup("www.one.com.", RRType::kA);
  const size_t before = Sent();
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(internet_.Lookup("n" + std::to_string(i) + ".one.com.", RRType::kA).rcode,
              Rcode::kServFail);
  }
  EXPECT_LE(Sent() - before, 400u) << Trace();
}

// A forwarder that asks us for the same that we ask it.
TEST_F(BudgetTest, AForwarderThatForwardsBackIsNoAmplifier) {
  SimWorld& world = internet_.world();
  ScriptedServer back([&world](const SimQuery&, PlainMessage* reply) {
    const std::string name = wire::ToText(reply->questions[0].name.view());
    world.AskDatagram(MakeQuery(reply->id, name, reply->questions[0].type).Encode());
    return false;  // it waits for us, as we for it
  });
  world.AddServer("192.0.2.50", &back);
  internet_.settings().static_zones.push_back(
      {NameOf("corp.net."), {*Endpoint::Parse("192.0.2.50:53", 53)}, true, false});
  const RestCheck rest(&internet_);
  internet_.Start();
  const PlainMessage answer = internet_.Lookup("www.corp.net.", RRType::kA);
  EXPECT_EQ(answer.rcode, Rcode::kServFail);
  internet_.world().RunFor(seconds(30));
  EXPECT_LE(back.queries(), 3u) << Trace();
  EXPECT_LE(internet_.world().client_query_count(), 4u);
}

// A forwarder that asks us for another name each time (TsuKing's unaware systems) ends as well.
// Each question has an end, and its answer has a time limit.
TEST_F(BudgetTest, AForwarderThatAsksForMoreIsBounded) {
  SimWorld& world = internet_.world();
  int asked = 0;
  ScriptedServer back([&](const SimQuery&, PlainMessage* reply) {
    if (++asked <= 200) {
      world.AskDatagram(
          MakeQuery(reply->id, "n" + std::to_string(asked) + ".corp.net.", RRType::kA).Encode());
    }
    reply->flags = wire::kFlagQR;
    reply->rcode = Rcode::kServFail;
    return true;
  });
  world.AddServer("192.0.2.50", &back);
  internet_.settings().static_zones.push_back(
      {NameOf("corp.net."), {*Endpoint::Parse("192.0.2.50:53", 53)}, true, false});
  const RestCheck rest(&internet_);
  internet_.Start();
  internet_.Lookup("www.corp.net.", RRType::kA);
  internet_.world().RunFor(seconds(30));
  // One query per question: a forwarder that fails is not asked again.
  EXPECT_EQ(back.queries(), 201u);
  EXPECT_EQ(internet_.world().unanswered(), 0u);
}

}  // namespace
}  // namespace tern::sim
