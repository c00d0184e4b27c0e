// "CNAME chains and loops" and "DNAME": how far aliases are followed, and what stays in the store.
#include "tests/sim/threats/threat_test.h"

namespace tern::sim {
namespace {

// Links n0 to n`links`, in one zone or each in a zone of its own.
std::string ChainInOneZone(int links) {
  std::string records = "n" + std::to_string(links) + " 300 A 198.51.100.1\n";
  for (int i = 0; i < links; ++i) {
    records += "n" + std::to_string(i) + " 300 CNAME n" + std::to_string(i + 1) + "\n";
  }
  return records;
}

class AliasTest : public ThreatTest {
 protected:
  void AddChainAcrossZones(int links, std::string_view ttl) {
    for (int i = 0; i <= links; ++i) {
      const std::string address = "203.0.113." + std::to_string(i + 1);
      const std::string next = "CNAME www.c" + std::to_string(i + 1) + ".com.\n";
      internet_.AddDomain(
          "c" + std::to_string(i) + ".com.", {address},
          "www " + std::string(ttl) + " " + (i == links ? std::string("A 198.51.100.1\n") : next));
    }
  }
};

// "<= 11 links, then SERVFAIL"
TEST_F(AliasTest, ElevenLinksOfOneZoneAreFollowedTwelveAreNot) {
  for (const int links : {11, 12}) {
    SmallInternet internet(SimWorld::Options{.seed = 5});
    internet.AddDomain("chain.com.", {kVictim}, ChainInOneZone(links));
    internet.Start();
    internet.Lookup("com.", RRType::kNS);
    // From the network, and then from the store.
    for (const size_t queries : {links == 11 ? 2u : 3u, 0u}) {
      const PlainMessage answer = internet.Lookup("n0.chain.com.", RRType::kA);
      EXPECT_EQ(answer.rcode, links == 11 ? Rcode::kNoError : Rcode::kServFail);
      EXPECT_EQ(answer.answer.size(), links == 11 ? 12u : 0u);
      EXPECT_LE(internet.last_upstream_queries(), queries) << internet.world().Trace();
    }
    EXPECT_EQ(internet.CheckRest(), "");
  }
}

// The limit also holds for links that are known, and for stale ones.
TEST_F(AliasTest, AnOperatorMayAllowFewerLinks) {
  for (const int links : {3, 4}) {
    SmallInternet internet(SimWorld::Options{.seed = 5});
    internet.settings().resolution.budget.aliases = 3;
    ZoneServer* server = internet.AddDomain("chain.com.", {kVictim}, ChainInOneZone(links)).at(0);
    internet.Start();
    const auto ask = [&] {
      const PlainMessage answer = internet.Lookup("n0.chain.com.", RRType::kA);
      EXPECT_EQ(answer.rcode, links == 3 ? Rcode::kNoError : Rcode::kServFail);
      EXPECT_EQ(answer.answer.size(), links == 3 ? 4u : 0u) << internet.world().Trace();
    };
    ask();
    EXPECT_EQ(internet.resolver().ReadCounters().of_limits.query_aliases_met > 0, links == 4);
    EXPECT_EQ(internet.Lookup("n2.chain.com.", RRType::kA).rcode, Rcode::kNoError);
    ask();
    EXPECT_EQ(internet.last_upstream_queries(), 0u);
    server->conduct().fault = Fault::kRefused;
    internet.world().RunFor(seconds(301));
    ask();
    EXPECT_EQ(internet.CheckRest(), "");
  }
}

TEST_F(AliasTest, ElevenLinksAcrossZonesAreFollowedTwelveAreNot) {
  AddChainAcrossZones(12, "300");
  internet_.Start();
  internet_.Lookup("com.", RRType::kNS);
  const size_t before = Sent();
  EXPECT_EQ(internet_.Lookup("www.c1.com.", RRType::kA).answer.size(), 12u) << Trace();
  EXPECT_EQ(Sent() - before, 24u);  // a referral and an answer a zone
  EXPECT_EQ(internet_.Lookup("www.c0.com.", RRType::kA).rcode, Rcode::kServFail);
  EXPECT_EQ(internet_.last_upstream_queries(), 2u);
}

// The same with links that are not kept. The failure itself is remembered.
TEST_F(AliasTest, AChainTooLongIsRememberedWhenItsLinksAreNot) {
  AddChainAcrossZones(12, "0");
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("www.c0.com.", RRType::kA).rcode, Rcode::kServFail);
  EXPECT_LE(UpstreamSince(), 25u);
  EXPECT_EQ(internet_.Lookup("www.c0.com.", RRType::kA).rcode, Rcode::kServFail);
  EXPECT_EQ(internet_.last_upstream_queries(), 0u) << Trace();
  EXPECT_EQ(Stored("www.c0.com."), (Lines{"failure www.c0.com. A 5"}));
}

// "a loop is noticed"
TEST_F(AliasTest, LoopsAreNoticedAtTheLinkThatClosesThem) {
  internet_.AddDomain("one.com.", {kVictim}, "www 300 CNAME www.two.com.\nself 300 CNAME self\n");
  internet_.AddDomain("two.com.", {"192.0.2.21"}, "www 300 CNAME www.three.com.\n");
  internet_.AddDomain("three.com.", {"192.0.2.22"}, "www 300 CNAME www.one.com.\n");
  internet_.Start();
  internet_.Lookup("com.", RRType::kNS);
  EXPECT_EQ(internet_.Lookup("www.one.com.", RRType::kA).rcode, Rcode::kServFail);
  EXPECT_EQ(internet_.last_upstream_queries(), 6u) << Trace();
  EXPECT_EQ(internet_.Lookup("www.two.com.", RRType::kA).rcode, Rcode::kServFail);
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
  EXPECT_EQ(internet_.Lookup("self.one.com.", RRType::kA).rcode, Rcode::kServFail);
  EXPECT_EQ(internet_.last_upstream_queries(), 1u);
  // The alias itself is a fact.
  EXPECT_EQ(internet_.Lookup("self.one.com.", RRType::kCNAME).answer.size(), 1u);
}

TEST_F(AliasTest, ALoopThatIsKeptForNoTimeIsRemembered) {
  internet_.AddDomain("one.com.", {kVictim}, "www 0 CNAME www.two.com.\n");
  internet_.AddDomain("two.com.", {"192.0.2.21"}, "www 0 CNAME www.one.com.\n");
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("www.one.com.", RRType::kA).rcode, Rcode::kServFail);
  EXPECT_EQ(internet_.Lookup("www.one.com.", RRType::kA).rcode, Rcode::kServFail);
  EXPECT_EQ(internet_.last_upstream_queries(), 0u) << Trace();
}

// If an alias used up the allowance, the failure is remembered for the name that was asked, not for
// the name that the alias leads to. Otherwise anybody could have any name remembered as failed,
// without a packet to its servers.
TEST_F(AliasTest, WhatAnAliasUsedUpIsNotRememberedAgainstTheNameItLeadsTo) {
  ScriptedServer server([](const SimQuery&, PlainMessage* reply) {
    reply->answer = Records("a.attacker.com. 300 CNAME www.victim.com.\n");
    return true;
  });
  AddAttacker(&internet_, &server);
  internet_.AddDomain("victim.com.", {kVictim}, "www 300 A 198.51.100.1\n");
  // For the root, com. and attacker.com.
  internet_.settings().resolution.budget.upstream_queries = 3;
  const RestCheck rest(&internet_);
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("a.attacker.com.", RRType::kA).rcode, Rcode::kServFail) << Trace();
  EXPECT_EQ(internet_.Lookup("www.victim.com.", RRType::kA).answer.size(), 1u) << Trace();
}

// The same for its time: the alias came late.
TEST_F(AliasTest, TimeThatAnAliasTookIsNotRememberedAgainstTheNameItLeadsTo) {
  ScriptedServer server([](const SimQuery&, PlainMessage* reply) {
    const bool first = wire::ToText(reply->questions[0].name.view())[0] == 'a';
    reply->answer = Records(first ? "a.attacker.com. 300 CNAME b.attacker.com.\n"
                                  : "b.attacker.com. 300 CNAME www.victim.com.\n");
    return true;
  });
  server.set_think_time(milliseconds(990));
  AddAttacker(&internet_, &server);
  internet_.AddDomain("victim.com.", {kVictim}, "www 300 A 198.51.100.1\n");
  internet_.settings().resolution.budget.client_timeout = milliseconds(1000);
  internet_.settings().resolution.budget.total_timeout = milliseconds(2020);
  internet_.settings().resolution.case_randomisation = false;
  const RestCheck rest(&internet_);
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("a.attacker.com.", RRType::kA).rcode, Rcode::kServFail) << Trace();
  internet_.world().RunFor(seconds(3));
  EXPECT_EQ(internet_.Lookup("www.victim.com.", RRType::kA).answer.size(), 1u) << Trace();
}

TEST_F(AliasTest, AFailureBehindAnAliasIsRememberedForTheNameThatWasAsked) {
  internet_.AddDomain("one.com.", {kVictim}, "www 0 CNAME www.dead.com.\n");
  internet_.AddDomain("dead.com.", {"192.0.2.21"}, "www 0 A 198.51.100.1\n")[0]->conduct().fault =
      Fault::kRefused;
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("www.one.com.", RRType::kA).rcode, Rcode::kServFail);
  EXPECT_EQ(internet_.Lookup("www.one.com.", RRType::kA).rcode, Rcode::kServFail);
  EXPECT_EQ(internet_.last_upstream_queries(), 0u) << Trace();
}

// "synthesis": one DNAME serves every name below it, from the store. It serves no name beside it.
TEST_F(AliasTest, ADnameServesEveryNameBelowIt) {
  internet_.AddDomain("old.com.", {kVictim}, "@ 300 DNAME new.net.\n");
  internet_.AddDomain("new.net.", {"192.0.2.21"},
                      "*.x 300 A 198.51.100.7\nwww 300 A 198.51.100.8\n");
  internet_.Start();
  for (const char* name : {"www.old.com.", "a.x.old.com.", "b.x.old.com."}) {
    const PlainMessage answer = internet_.Lookup(name, RRType::kA);
    ASSERT_EQ(answer.answer.size(), 3u) << answer.ToText();  // DNAME, CNAME, A
    EXPECT_EQ(answer.answer[0].type, RRType::kDNAME);
    EXPECT_EQ(answer.answer[1].type, RRType::kCNAME);
  }
  EXPECT_EQ(internet_.world().CountUpstream(kVictim), 1u);  // once for the DNAME
  // The synthesised aliases are made again each time and not kept.
  EXPECT_EQ(Stored("old.com."), (Lines{"delegation old.com. 3600", "rrset old.com. DNAME 300"}));
  // Not the owner itself (RFC 6672 section 2.3).
  EXPECT_TRUE(internet_.Lookup("old.com.", RRType::kA).answer.empty());
}

// "overflow -> YXDOMAIN", from the network and from the store.
TEST_F(AliasTest, ADnameThatOverflowsIsYxDomain) {
  const std::string label(60, 'a');
  internet_.AddDomain("old.com.", {kVictim},
                      "@ 300 DNAME " + label + "." + label + "." + label + ".net.\n");
  internet_.Start();
  const std::string too_long = label + "." + label + ".old.com.";
  // The first name that is asked for is shorter (RFC 9156), so it does not overflow. But the DNAME
  // in its reply renames the whole name.
  for (const size_t queries : {1u, 0u}) {
    const PlainMessage answer = internet_.Lookup(too_long, RRType::kA);
    EXPECT_EQ(answer.rcode, Rcode::kYXDomain) << answer.ToText();
    ASSERT_EQ(answer.answer.size(), 1u);
    EXPECT_EQ(answer.answer[0].type, RRType::kDNAME);
    EXPECT_EQ(internet_.last_upstream_queries(kVictim), queries);
  }
}

// Each DNAME step makes the name longer, or leads back. Both end.
TEST_F(AliasTest, DnameLoopsEnd) {
  internet_.AddDomain("one.com.", {kVictim}, "@ 300 DNAME two.com.\nx 300 TXT \"t\"\n");
  internet_.AddDomain("two.com.", {"192.0.2.21"}, "@ 300 DNAME one.com.\n");
  internet_.AddDomain("grow.com.", {"192.0.2.22"}, "@ 300 DNAME x.grow.com.\n");
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("www.one.com.", RRType::kA).rcode, Rcode::kServFail) << Trace();
  EXPECT_EQ(internet_.Lookup("www.grow.com.", RRType::kA).rcode, Rcode::kServFail);
  EXPECT_LE(internet_.last_upstream_queries(), 14u);
  EXPECT_EQ(internet_.Lookup("www.two.com.", RRType::kA).rcode, Rcode::kServFail);
  EXPECT_EQ(internet_.last_upstream_queries(), 0u) << Trace();
}

}  // namespace
}  // namespace tern::sim
