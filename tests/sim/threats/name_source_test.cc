// Bailiwick between the sources of names (resolver/policy/name_source.h). The public tree is not
// believed about names of a static zone or of local data, whatever was asked. Two more things
// cannot be denied: a zone that answers, and the root.
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "tests/sim/threats/threat_test.h"

namespace tern::sim {
namespace {

constexpr std::string_view kInternal = "192.0.2.80";
const Octets kInternalAddress = {10, 1, 1, 1};

class NameSourceThreatTest : public ThreatTest {
 protected:
  // Adds a static zone with a server of its own. The zone has `www`.
  void Configure(SmallInternet* internet, std::string_view zone, bool forward) {
    resolver::StaticZone static_zone;
    static_zone.zone = NameOf(zone);
    static_zone.forward = forward;
    static_zone.to = {{*IpAddress::Parse(kInternal), 53}};
    internet->settings().static_zones.push_back(std::move(static_zone));
    internet->AddServer(kInternal, zone,
                        "@ 300 SOA ns m 1 2 3 4 5\n@ 300 NS ns\nwww 300 A 10.1.1.1\n");
  }
  // Forwards every name that is in no other static zone to `forwarder`.
  void ForwardAll(SimServer* forwarder, bool first = false) {
    internet_.world().AddServer("192.0.2.53", forwarder);
    resolver::StaticZone all;
    all.forward = true;
    all.first = first;
    all.to = {{*IpAddress::Parse("192.0.2.53"), 53}};
    internet_.settings().static_zones.push_back(all);
  }
  // attacker.com. with one child, whose server is at 192.0.2.90. All other names are denied, with
  // `denied_answer` before the denial.
  static ScriptedServer::Script ParentOf(const std::string& child,
                                         const std::string& denied_answer) {
    return [child, denied_answer](const SimQuery&, PlainMessage* reply) {
      if (reply->questions[0].name.view().IsSubdomainOf(NameOf(child))) {
        reply->flags = wire::kFlagQR;
        reply->authority = Records(child + " 300 NS ns." + child + "\n");
        reply->additional = Records("ns." + child + " 300 A 192.0.2.90\n");
      } else {
        reply->rcode = Rcode::kNXDomain;
        reply->answer = Records(denied_answer);
        reply->authority = Records("attacker.com. 300 SOA a. b. 1 2 3 4 300\n");
      }
      return true;
    };
  }
  void ExpectInternal(SmallInternet* internet, std::string_view name) {
    const PlainMessage answer = internet->Lookup(name, RRType::kA);
    ASSERT_FALSE(answer.answer.empty()) << answer.ToText() << internet->world().Trace();
    EXPECT_EQ(answer.answer.back().rdata, kInternalAddress) << answer.ToText();
  }
};

// The public parent does not have the name. That does not deny the internal zone.
TEST_F(NameSourceThreatTest, AQuestionForDsDoesNotDenyAStaticZone) {
  for (const bool forward : {false, true}) {
    for (const std::string_view zone : {"corp.", "corp.com."}) {
      SCOPED_TRACE(std::string(zone) + (forward ? " forward" : " stub"));
      SmallInternet internet(SimWorld::Options{.seed = 4});
      Configure(&internet, zone, forward);
      const RestCheck rest(&internet);
      internet.Start();
      const PlainMessage ds = internet.Lookup(zone, RRType::kDS);
      EXPECT_EQ(ds.rcode, Rcode::kNoError) << ds.ToText();
      EXPECT_TRUE(ds.answer.empty());
      ExpectInternal(&internet, "www." + std::string(zone));
      EXPECT_EQ(internet.Lookup(zone, RRType::kSOA).answer.size(), 1u);
    }
  }
}

TEST_F(NameSourceThreatTest, AnAliasThatTheParentHasDoesNotReplaceAStaticZone) {
  Configure(&internet_, "corp.com.", /*forward=*/false);
  internet_.AddToTld("com.", "corp.com. 300 CNAME www.victim.com.");
  internet_.AddDomain("victim.com.", {kVictim}, "www 300 A 198.51.100.1\n");
  internet_.Start();
  EXPECT_TRUE(internet_.Lookup("corp.com.", RRType::kDS).answer.empty()) << Trace();
  EXPECT_EQ(internet_.Lookup("corp.com.", RRType::kSOA).answer.size(), 1u);
  EXPECT_EQ(internet_.Lookup("corp.com.", RRType::kA).rcode, Rcode::kNoError);
  ExpectInternal(&internet_, "www.corp.com.");
}

// The parent's DS reaches the client.
TEST_F(NameSourceThreatTest, ThePublicParentsDsIsTold) {
  Configure(&internet_, "corp.com.", /*forward=*/false);
  internet_.AddToTld("com.", "corp.com. 300 DS 1 8 2 " + std::string(64, '0'));
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("corp.com.", RRType::kDS).answer.size(), 1u);
  ExpectInternal(&internet_, "www.corp.com.");
}

// "special names never sent upstream"
TEST_F(NameSourceThreatTest, DsOfAZoneBelowASpecialNameIsNotAskedOfThePublicTree) {
  for (const bool forward : {false, true}) {
    SmallInternet internet(SimWorld::Options{.seed = 4});
    Configure(&internet, "ad.local.", forward);
    const RestCheck rest(&internet);
    internet.Start();
    EXPECT_EQ(internet.Lookup("ad.local.", RRType::kDS).rcode, Rcode::kNoError);
    ExpectInternal(&internet, "www.ad.local.");
    EXPECT_EQ(internet.world().CountUpstream(SmallInternet::kRoot), 0u);
  }
}

// The forwarder is honest, but strangers control the names that it resolves.
TEST_F(NameSourceThreatTest, AForwardersAnswerSaysNothingOfOtherZonesAndOfLocalNames) {
  Configure(&internet_, "corp.", /*forward=*/true);
  ScriptedServer forwarder([](const SimQuery&, PlainMessage* reply) {
    const wire::NameView name = reply->questions[0].name;
    reply->flags = wire::kFlagQR | wire::kFlagRA;
    if (name.Equals(NameOf("x.evil.com.").view())) {
      reply->answer = Records("x.evil.com. 300 CNAME corp.\n");
      reply->authority = Records(". 300 SOA a. b. 1 2 3 4 300\n");
      reply->rcode = Rcode::kNXDomain;
    } else if (name.Equals(NameOf("y.evil.com.").view())) {
      reply->answer = Records("y.evil.com. 300 CNAME localhost.\n");
      reply->authority = Records(". 300 SOA a. b. 1 2 3 4 300\n");
      reply->rcode = Rcode::kNXDomain;
    } else {
      reply->answer = Records("z.evil.com. 300 CNAME www.corp.\nwww.corp. 300 A 203.0.113.66\n");
    }
    return true;
  });
  ForwardAll(&forwarder);
  const RestCheck rest(&internet_);
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("x.evil.com.", RRType::kA).answer.size(), 1u);
  ExpectInternal(&internet_, "www.corp.");
  ExpectInternal(&internet_, "z.evil.com.");
  EXPECT_EQ(internet_.Lookup("y.evil.com.", RRType::kA).answer.back().rdata,
            (Octets{127, 0, 0, 1}));
  EXPECT_EQ(internet_.Lookup("localhost.", RRType::kA).answer.at(0).rdata, (Octets{127, 0, 0, 1}));
}

// Split horizon: the public zone and the internal zone differ.
TEST_F(NameSourceThreatTest, ThePublicZoneSaysNothingOfTheInternalOneBelowIt) {
  for (const bool forward : {false, true}) {
    SmallInternet internet(SimWorld::Options{.seed = 4});
    Configure(&internet, "corp.example.com.", forward);
    internet.AddDomain("example.com.", {kVictim},
                       "a 300 CNAME www.corp.example.com.\nb 300 CNAME corp.example.com.\n"
                       "www.corp 300 A 203.0.113.66\n");
    const RestCheck rest(&internet);
    internet.Start();
    ExpectInternal(&internet, "a.example.com.");
    EXPECT_EQ(internet.Lookup("b.example.com.", RRType::kA).rcode, Rcode::kNoError);
    EXPECT_EQ(StoredAddresses(internet, "www.corp.example.com."), "10.1.1.1\n");
  }
}

// The parent has a DNAME and a denial between itself and the zone. Neither says anything about the
// DS.
TEST_F(NameSourceThreatTest, WhatTheParentSaysOfPartsOfTheNameIsNoAnswerForDs) {
  for (const auto mode :
       {resolver::QnameMinimisation::kRelaxed, resolver::QnameMinimisation::kStrict}) {
    for (const std::string_view zone : {"in.x.com.", "lan.corp.com."}) {
      SmallInternet internet(SimWorld::Options{.seed = 4});
      Configure(&internet, zone, /*forward=*/false);
      internet.settings().resolution.qname_minimisation = mode;
      internet.AddToTld("com.", "x.com. 300 DNAME victim.com.");
      internet.AddDomain("victim.com.", {kVictim}, "www 300 A 198.51.100.1\n");
      const RestCheck rest(&internet);
      internet.Start();
      const PlainMessage ds = internet.Lookup(zone, RRType::kDS);
      EXPECT_EQ(ds.rcode, Rcode::kNoError) << zone << ds.ToText();
      EXPECT_TRUE(ds.answer.empty()) << zone << ds.ToText();
      ExpectInternal(&internet, "www." + std::string(zone));
    }
  }
}

// The public tree is asked for a name of the hosts file when a client asks for a name below it.
TEST_F(NameSourceThreatTest, WhatIsAskedOnTheWayDoesNotReplaceTheHostsFile) {
  const std::string path = testing::TempDir() + "name_source_hosts_" + std::to_string(getpid());
  std::ofstream(path) << "10.1.1.1 db.example.com\n";
  for (const auto mode :
       {resolver::QnameMinimisation::kRelaxed, resolver::QnameMinimisation::kStrict}) {
    for (const std::string_view db : {"db 300 A 203.0.113.66\nx.db 300 A 198.51.100.1\n", ""}) {
      SmallInternet internet(SimWorld::Options{.seed = 4});
      internet.AddDomain("example.com.", {kVictim},
                         "a 300 CNAME db.example.com.\n" + std::string(db));
      internet.settings().local.hosts_file = path;
      internet.settings().resolution.qname_minimisation = mode;
      const RestCheck rest(&internet);
      internet.Start();
      ExpectInternal(&internet, "a.example.com.");
      EXPECT_EQ(internet.Lookup("x.db.example.com.", RRType::kA).answer.size(), db.empty() ? 0 : 1);
      ExpectInternal(&internet, "a.example.com.");
      EXPECT_EQ(StoredAddresses(internet, "db.example.com."), "");
    }
  }
  std::remove(path.c_str());
}

// --- What nobody can deny ---

// No name exists below a name that does not exist (RFC 8020). But a known zone cut there stays.
TEST_F(NameSourceThreatTest, ADenialAboveAZoneCutDoesNotDenyTheZone) {
  ScriptedServer parent(ParentOf("c.ent.attacker.com.", ""));
  AddAttacker(&internet_, &parent);
  internet_.AddServer("192.0.2.90", "c.ent.attacker.com.",
                      "@ 300 SOA ns m 1 2 3 4 5\n@ 300 A 198.51.100.1\nweb 300 A 198.51.100.1\n");
  const RestCheck rest(&internet_);
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("web.c.ent.attacker.com.", RRType::kA).answer.size(), 1u) << Trace();
  EXPECT_EQ(internet_.Lookup("ent.attacker.com.", RRType::kA).rcode, Rcode::kNXDomain);
  EXPECT_EQ(internet_.Lookup("c.ent.attacker.com.", RRType::kA).answer.size(), 1u) << Trace();
}

// The same for the parent's denial at the end of an alias. Only the child can deny its names.
TEST_F(NameSourceThreatTest, AnAliasIntoAKnownZoneDoesNotDenyThatZone) {
  ScriptedServer parent(
      ParentOf("sub.attacker.com.", "nx.attacker.com. 300 CNAME sub.attacker.com.\n"));
  AddAttacker(&internet_, &parent);
  internet_.AddServer("192.0.2.90", "sub.attacker.com.",
                      "@ 300 SOA ns m 1 2 3 4 5\n@ 300 A 198.51.100.1\n"
                      "a 300 A 198.51.100.1\nb 300 A 198.51.100.1\n");
  const RestCheck rest(&internet_);
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("a.sub.attacker.com.", RRType::kA).answer.size(), 1u) << Trace();
  EXPECT_EQ(internet_.Lookup("nx.attacker.com.", RRType::kA).rcode, Rcode::kNXDomain);
  EXPECT_EQ(internet_.Lookup("b.sub.attacker.com.", RRType::kA).answer.size(), 1u) << Trace();
  EXPECT_EQ(internet_.Lookup("sub.attacker.com.", RRType::kA).answer.size(), 1u) << Trace();
}

// An organisation's resolver denies what the public tree does not have, here `corp.`, and has a
// zone of its own below it. RFC 8020 speaks of the names of one zone.
TEST_F(NameSourceThreatTest, WhatAForwarderDeniesMayHaveNamesBelowIt) {
  ScriptedServer forwarder([](const SimQuery&, PlainMessage* reply) {
    const wire::Name name = reply->questions[0].name;
    reply->flags = wire::kFlagQR | wire::kFlagRA;
    if (name.view().IsSubdomainOf(NameOf("ad.corp."))) {
      reply->answer = Records(wire::ToText(name) + " 60 A 10.1.1.1\n");
    } else {
      reply->rcode = Rcode::kNXDomain;
      reply->authority = Records(". 300 SOA a. b. 1 2 3 4 300\n");
    }
    return true;
  });
  ForwardAll(&forwarder);
  const RestCheck rest(&internet_);
  internet_.Start();
  ExpectInternal(&internet_, "a.ad.corp.");
  EXPECT_EQ(internet_.Lookup("corp.", RRType::kNS).rcode, Rcode::kNXDomain);
  ExpectInternal(&internet_, "b.ad.corp.");
  // The same when the forwarder is silent, for an entry that expired a minute ago.
  internet_.world().RunFor(seconds(120));
  EXPECT_EQ(internet_.Lookup("corp.", RRType::kA).rcode, Rcode::kNXDomain);
  ScriptedServer silent([](const SimQuery&, PlainMessage*) { return false; });
  internet_.world().AddServer("192.0.2.53", &silent);
  ExpectInternal(&internet_, "b.ad.corp.");
}

// A CNAME at a child's apex is wrong but occurs. It says nothing about DS, which belongs to the
// parent.
TEST_F(NameSourceThreatTest, AnAliasAtTheChildsApexIsNoAnswerForDs) {
  ScriptedServer child([](const SimQuery&, PlainMessage* reply) {
    reply->answer = Records("attacker.com. 300 CNAME www.victim.com.\n");
    return true;
  });
  AddAttacker(&internet_, &child);
  internet_.AddDomain("victim.com.", {kVictim}, "www 300 A 198.51.100.1\n");
  const RestCheck rest(&internet_);
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("attacker.com.", RRType::kA).answer.size(), 2u) << Trace();
  const PlainMessage ds = internet_.Lookup("attacker.com.", RRType::kDS);
  EXPECT_EQ(ds.rcode, Rcode::kNoError);
  EXPECT_TRUE(ds.answer.empty()) << ds.ToText();
}

// The root's NS reply need not have addresses in its additional section (RFC 9609 section 3.3). To
// look one up, the root is needed.
TEST_F(NameSourceThreatTest, PrimingWithoutAddressesLeavesTheHints) {
  ScriptedServer root([](const SimQuery&, PlainMessage* reply) {
    const wire::NameView name = reply->questions[0].name;
    if (name.IsRoot()) {
      reply->answer = Records(". 86400 NS k.root-servers.net.\n");
    } else if (name.IsSubdomainOf(NameOf("net."))) {
      reply->flags = wire::kFlagQR;
      reply->authority = Records("net. 86400 NS e.gtld-servers.net.\n");
      reply->additional = Records("e.gtld-servers.net. 86400 A 192.0.2.11\n");
    } else {
      reply->flags = wire::kFlagQR;
      reply->authority = Records("com. 86400 NS a.gtld-servers.net.\n");
      reply->additional = Records("a.gtld-servers.net. 86400 A 192.0.2.10\n");
    }
    return true;
  });
  internet_.world().AddServer(SmallInternet::kRoot, &root);
  internet_.AddDomain("one.com.", {kVictim}, "www 300 A 198.51.100.1\n");
  internet_.AddDomain("two.net.", {"192.0.2.21"}, "www 300 A 198.51.100.2\n");
  const RestCheck rest(&internet_);
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("www.one.com.", RRType::kA).answer.size(), 1u);
  internet_.world().RunFor(seconds(10));
  EXPECT_EQ(internet_.Lookup("www.two.net.", RRType::kA).answer.size(), 1u) << Trace();
}

// With first: true the way without a forwarder that is known to be dead starts after the time of a
// hedge. The forwarder is used again as soon as it answers.
TEST_F(NameSourceThreatTest, ADeadForwarderIsNotWaitedForWhenThereIsAnotherWay) {
  bool dead = true;
  ScriptedServer forwarder([&](const SimQuery&, PlainMessage* reply) {
    reply->flags = wire::kFlagQR | wire::kFlagRA;
    reply->answer =
        Records(wire::ToText(reply->questions[0].name.view()) + " 300 A 198.51.100.7\n");
    return !dead;
  });
  ForwardAll(&forwarder, /*first=*/true);
  std::string hosts;
  for (int i = 0; i < 20; ++i) hosts += "h" + std::to_string(i) + " 300 A 198.51.100.1\n";
  internet_.AddDomain("one.com.", {kVictim}, hosts);
  const RestCheck rest(&internet_);
  internet_.Start();
  int asked = 0;
  const auto ask = [&] {
    return internet_.Lookup("h" + std::to_string(asked++) + ".one.com.", RRType::kA);
  };
  for (int i = 0; i < 4; ++i) (void)ask();
  internet_.world().RunFor(seconds(20));
  const auto before = internet_.world().Now();
  EXPECT_EQ(ask().answer.size(), 1u);
  EXPECT_LT(internet_.world().Now() - before, std::chrono::milliseconds(500));
  dead = false;
  internet_.world().RunFor(seconds(1));
  (void)ask();
  internet_.world().RunFor(seconds(2));
  EXPECT_EQ(wire::RdataToText(RRType::kA, ask().answer.at(0).rdata), "198.51.100.7") << Trace();
}

// A forwarder's NS set of the root is for clients. Our own iteration does not use it.
TEST_F(NameSourceThreatTest, AForwarderDoesNotPrime) {
  ScriptedServer forwarder([](const SimQuery&, PlainMessage* reply) {
    reply->flags = wire::kFlagQR | wire::kFlagRA;
    reply->answer = Records(". 86400 NS ns.attacker.com.\n");
    return reply->questions[0].type == RRType::kNS;
  });
  ForwardAll(&forwarder, /*first=*/true);
  internet_.AddDomain("one.com.", {kVictim}, "www 300 A 198.51.100.1\n");
  const RestCheck rest(&internet_);
  internet_.Start();
  EXPECT_EQ(internet_.Lookup(".", RRType::kNS).answer.size(), 1u);
  EXPECT_EQ(StoredServers(internet_, "."), "");
  internet_.Lookup("www.one.com.", RRType::kA);
  internet_.world().RunFor(seconds(20));
  EXPECT_EQ(StoredServers(internet_, ".").find("attacker"), std::string::npos);
}

TEST_F(NameSourceThreatTest, ADenialOfTheRootDeniesNothing) {
  ScriptedServer forwarder([](const SimQuery&, PlainMessage* reply) {
    reply->flags = wire::kFlagQR | wire::kFlagRA;
    if (reply->questions[0].name.view().IsRoot()) {
      reply->rcode = Rcode::kNXDomain;
      reply->authority = Records(". 300 SOA a. b. 1 2 3 4 300\n");
    } else {
      reply->answer = Records("www.victim.com. 300 A 198.51.100.1\n");
    }
    return true;
  });
  ForwardAll(&forwarder);
  const RestCheck rest(&internet_);
  internet_.Start();
  EXPECT_EQ(internet_.Lookup(".", RRType::kTXT).rcode, Rcode::kServFail);
  EXPECT_EQ(internet_.Lookup("www.victim.com.", RRType::kA).answer.size(), 1u);
}

}  // namespace
}  // namespace tern::sim
