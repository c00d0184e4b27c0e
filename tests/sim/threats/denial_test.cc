// Denials that are odd, or wrong: without an SOA, without authority, of names that have names below
// them. What the client gets is the best that can be known, and the servers are asked rarely.
#include "tests/sim/threats/threat_test.h"

namespace tern::sim {
namespace {

// odd.com. has three servers. `www` has an address. About every other type of it the servers say
// what a script says.
class DenialTest : public ThreatTest {
 protected:
  using Denial = std::function<void(PlainMessage* reply)>;

  void Start(const Denial& denial) {
    internet_.settings().resolution.case_randomisation = false;
    internet_.AddToTld("com.",
                       "odd.com. 3600 NS ns1.odd.com.\nodd.com. 3600 NS ns2.odd.com.\n"
                       "odd.com. 3600 NS ns3.odd.com.\nns1.odd.com. 3600 A 192.0.2.101\n"
                       "ns2.odd.com. 3600 A 192.0.2.102\nns3.odd.com. 3600 A 192.0.2.103\n");
    server_.emplace([denial](const SimQuery&, PlainMessage* reply) {
      const PlainQuestion& question = reply->questions[0];
      if (question.type == RRType::kA && question.name.view().LabelCount() == 3) {
        reply->answer = Records(wire::ToText(question.name) + " 300 A 198.51.100.1\n");
      } else {
        denial(reply);
      }
      return true;
    });
    for (const char* address : {"192.0.2.101", "192.0.2.102", "192.0.2.103"}) {
      internet_.world().AddServer(address, &*server_);
    }
    rest_.emplace(&internet_);
    internet_.Start();
    EXPECT_EQ(Ask(RRType::kA).answer.size(), 1u);
  }
  PlainMessage Ask(RRType type) { return internet_.Lookup("www.odd.com.", type); }
  // What the client got, and how many queries it took.
  void Expect(RRType type, Rcode rcode, size_t queries) {
    const PlainMessage reply = Ask(type);
    EXPECT_EQ(reply.rcode, rcode) << Trace();
    EXPECT_TRUE(reply.answer.empty());
    EXPECT_EQ(internet_.last_upstream_queries(), queries) << Trace();
  }

  std::optional<ScriptedServer> server_;
  std::optional<RestCheck> rest_;  // before the server goes
};

// RFC 2308 section 2.2, type 3. A second server confirms it; a third is not asked.
TEST_F(DenialTest, NoDataWithoutSoaIsConfirmedOnceAndKeptForSeconds) {
  Start([](PlainMessage*) {});
  Expect(RRType::kAAAA, Rcode::kNoError, 2);
  Expect(RRType::kAAAA, Rcode::kNoError, 0);
  // For that question only.
  Expect(RRType::kTXT, Rcode::kNoError, 2);
  internet_.world().RunFor(seconds(6));
  Expect(RRType::kAAAA, Rcode::kNoError, 2);
}

TEST_F(DenialTest, NxDomainWithoutSoaIsKeptForItsQuestionOnly) {
  Start([](PlainMessage* reply) { reply->rcode = Rcode::kNXDomain; });
  internet_.world().RunFor(seconds(400));
  Expect(RRType::kAAAA, Rcode::kNXDomain, 1);
  Expect(RRType::kAAAA, Rcode::kNXDomain, 0);
  EXPECT_EQ(Ask(RRType::kA).answer.size(), 1u);
  internet_.world().RunFor(seconds(6));
  Expect(RRType::kAAAA, Rcode::kNXDomain, 1);
}

// Servers that serve the zone, as their answers show, but deny without AA and SOA.
TEST_F(DenialTest, WhatAllServersSayBarelyIsBelievedAtLast) {
  Rcode said = Rcode::kNoError;
  Start([&said](PlainMessage* reply) {
    reply->flags = wire::kFlagQR;
    reply->rcode = said;
  });
  for (const Rcode rcode : {Rcode::kNoError, Rcode::kNXDomain}) {
    said = rcode;
    EXPECT_EQ(Ask(RRType::kAAAA).rcode, rcode) << Trace();
    EXPECT_GE(internet_.last_upstream_queries(), 3u);
    Expect(RRType::kAAAA, rcode, 0);
    internet_.world().RunFor(seconds(6));
  }
}

TEST_F(DenialTest, ABareDenialMayShowTheSoaOfAZoneAbove) {
  Start([](PlainMessage* reply) {
    reply->flags = wire::kFlagQR;
    reply->rcode = Rcode::kNXDomain;
    reply->authority = Records(". 300 SOA a. b. 1 2 3 4 300\n");
  });
  EXPECT_EQ(Ask(RRType::kAAAA).rcode, Rcode::kNXDomain) << Trace();
}

TEST_F(DenialTest, BareDenialsThatDifferAreAFailure) {
  int count = 0;
  Start([&count](PlainMessage* reply) {
    reply->flags = wire::kFlagQR;
    if (++count % 2 == 0) reply->rcode = Rcode::kNXDomain;
  });
  EXPECT_EQ(Ask(RRType::kAAAA).rcode, Rcode::kServFail) << Trace();
}

TEST_F(DenialTest, AnUpwardReferralAmongBareDenialsIsAFailure) {
  int count = 0;
  Start([&count](PlainMessage* reply) {
    reply->flags = wire::kFlagQR;
    if (++count == 1) reply->authority = Records(". 300 NS a.root.\n");
  });
  EXPECT_EQ(Ask(RRType::kAAAA).rcode, Rcode::kServFail) << Trace();
}

// Two forwarders could keep such a denial alive between them (RFC 2308 section 5).
TEST_F(DenialTest, AForwardersDenialWithoutSoaIsNotKept) {
  ScriptedServer forwarder([](const SimQuery&, PlainMessage* reply) {
    reply->flags = wire::kFlagQR | wire::kFlagRA;
    if (reply->questions[0].type == RRType::kTXT) reply->rcode = Rcode::kNXDomain;
    return true;
  });
  internet_.world().AddServer("192.0.2.53", &forwarder);
  resolver::StaticZone zone;
  zone.zone = NameOf("corp.");
  zone.forward = true;
  zone.to = {{*IpAddress::Parse("192.0.2.53"), 53}};
  internet_.settings().static_zones.push_back(zone);
  internet_.settings().resolution.case_randomisation = false;
  const RestCheck rest(&internet_);
  internet_.Start();
  for (const RRType type : {RRType::kAAAA, RRType::kTXT}) {
    const Rcode rcode = type == RRType::kTXT ? Rcode::kNXDomain : Rcode::kNoError;
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(internet_.Lookup("www.corp.", type).rcode, rcode);
      EXPECT_EQ(internet_.last_upstream_queries("192.0.2.53"), 1u) << i;
    }
  }
}

// --- Denials because of capitals ---

// example.com. has one server, which is asked in random case.
class CapitalsTest : public ThreatTest {
 protected:
  static constexpr std::string_view kRecords =
      "a-long-name 300 A 198.51.100.1\nb-long-name 300 A "
      "198.51.100.2\nc-long-name 300 A 198.51.100.3\n";
  CapitalsTest() { server_ = internet_.AddDomain("example.com.", {kVictim}, kRecords)[0]; }

  size_t Queries(std::string_view name, RRType type = RRType::kA) {
    last_ = internet_.Lookup(name, type);
    return internet_.last_upstream_queries(kVictim);
  }

  ZoneServer* server_ = nullptr;
  PlainMessage last_;
};

TEST_F(CapitalsTest, ADenialOfCapitalsIsTakenBackInLowerCase) {
  for (const Rcode rcode : {Rcode::kNXDomain, Rcode::kNoError}) {
    SmallInternet internet(SimWorld::Options{.seed = 4});
    const std::string soa = "attacker.com. 300 SOA a. b. 1 2 3 4 300\n";
    ScriptedServer server([&](const SimQuery&, PlainMessage* reply) {
      const wire::Name name = reply->questions[0].name;
      wire::Name lower = name;
      lower.Lower();
      if (!name.view().EqualsExactly(lower)) {
        reply->rcode = rcode;
        reply->authority = Records(soa);
      } else {
        reply->answer = Records(wire::ToText(name) + " 300 A 198.51.100.1\n");
      }
      return true;
    });
    AddAttacker(&internet, &server);
    const RestCheck rest(&internet);
    internet.Start();
    EXPECT_EQ(internet.Lookup("a-long-name.attacker.com.", RRType::kA).answer.size(), 1u);
    EXPECT_EQ(server.queries(), 2u);
    // It is remembered.
    EXPECT_EQ(internet.Lookup("b-long-name.attacker.com.", RRType::kA).answer.size(), 1u);
    EXPECT_EQ(server.queries(), 3u);
  }
}

TEST_F(CapitalsTest, AHealthyServerSeesOneMoreQueryAnHourAtMost) {
  internet_.Start();
  EXPECT_EQ(Queries("nobody-here.example.com."), 2u) << Trace();
  EXPECT_EQ(last_.rcode, Rcode::kNXDomain);
  EXPECT_EQ(Queries("nobody-there.example.com."), 1u);
  EXPECT_EQ(Queries("a-long-name.example.com.", RRType::kTXT), 1u);
  internet_.world().RunFor(std::chrono::minutes(59));
  EXPECT_EQ(Queries("nobody-again.example.com."), 1u);
}

// The reply to the second query does not come. The first one counts after all.
TEST_F(CapitalsTest, ADoubtedDenialCountsWhenNothingElseComes) {
  int count = 0;
  ScriptedServer server([&count](const SimQuery&, PlainMessage* reply) {
    reply->rcode = Rcode::kNXDomain;
    reply->authority = Records("attacker.com. 300 SOA a. b. 1 2 3 4 300\n");
    return ++count == 1;
  });
  AddAttacker(&internet_, &server);
  const RestCheck rest(&internet_);
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("nobody-here.attacker.com.", RRType::kA).rcode, Rcode::kNXDomain)
      << Trace();
  EXPECT_GT(server.queries(), 1u);
}

TEST_F(CapitalsTest, AServerThatKnewANameWithCapitalsIsBelieved) {
  internet_.Start();
  EXPECT_EQ(Queries("a-long-name.example.com."), 1u);
  EXPECT_EQ(Queries("nobody-here.example.com."), 1u) << Trace();
}

// --- Zones that moved ---

// --- DS ---

// A server has attacker.com. and the zone below the one that has the DS. It answers about DS from
// there.
TEST_F(ThreatTest, DsComesFromTheParentThoughOneServerHasGrandparentAndChild) {
  internet_.settings().resolution.qname_minimisation = resolver::QnameMinimisation::kOff;
  ScriptedServer grandparent([](const SimQuery&, PlainMessage* reply) {
    if (reply->questions[0].type == RRType::kDS) {
      reply->authority = Records("child.parent.attacker.com. 300 SOA a. b. 1 2 3 4 300\n");
    } else {
      reply->flags = wire::kFlagQR;
      reply->authority = Records("parent.attacker.com. 300 NS ns.parent.attacker.com.\n");
      reply->additional = Records("ns.parent.attacker.com. 300 A 192.0.2.90\n");
    }
    return true;
  });
  AddAttacker(&internet_, &grandparent);
  internet_.AddServer("192.0.2.90", "parent.attacker.com.",
                      "@ 300 SOA ns m 1 2 3 4 300\n@ 300 NS ns\nns 300 A 192.0.2.90\n"
                      "child 300 NS ns.child\nchild 300 DS 1 8 2 "
                      "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n");
  const RestCheck rest(&internet_);
  internet_.Start();
  const PlainMessage ds = internet_.Lookup("child.parent.attacker.com.", RRType::kDS);
  ASSERT_EQ(ds.answer.size(), 1u) << Trace();
  EXPECT_EQ(ds.answer[0].type, RRType::kDS);
}

}  // namespace
}  // namespace tern::sim
