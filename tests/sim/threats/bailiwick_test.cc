// "Bailiwick, unsolicited NS/additional": from a server's reply only two kinds of data are learnt,
// what the question needs and what the server may say.
#include "tests/sim/threats/threat_test.h"

namespace tern::sim {
namespace {

constexpr std::string_view kHonest = "www.attacker.com. 300 A 203.0.113.1\n";
const std::vector<std::string> kOnlyTheAnswer = {"delegation attacker.com. 3600",
                                                 "rrset www.attacker.com. A 300"};
const std::vector<std::string> kFailed = {"delegation attacker.com. 3600",
                                          "failure www.attacker.com. A 5"};

// What attacker.com.'s server says to www.attacker.com. A, and what may stay of it.
struct Poison {
  const char* title;
  std::string_view answer = "";
  std::string_view authority = "";
  std::string_view additional = "";
  Rcode rcode = Rcode::kNoError;
  std::vector<std::string> stored;  // at and below attacker.com.
  Rcode answered = Rcode::kNoError;
  size_t records = 1;
};

std::vector<Poison> Poisons() {
  return {
      {.title = "NS of its own beside an answer",
       .answer = kHonest,
       .authority = "attacker.com. 86400 NS ns.attacker.com.\n",
       .additional = "ns.attacker.com. 86400 A 203.0.113.99\n",
       .stored = kOnlyTheAnswer},
      {.title = "NS of its parent and of a sibling beside an answer",
       .answer = kHonest,
       .authority = "com. 86400 NS ns.attacker.com.\nvictim.com. 86400 NS ns.attacker.com.\n",
       .additional = "ns.attacker.com. 86400 A 203.0.113.66\n",
       .stored = kOnlyTheAnswer},
      {.title = "addresses of others in the additional section",
       .answer = kHonest,
       .additional = "www.victim.com. 86400 A 203.0.113.66\nns1.victim.com. 86400 A 203.0.113.66\n"
                     "a.gtld-servers.net. 86400 A 203.0.113.66\n",
       .stored = kOnlyTheAnswer},
      {.title = "addresses of its own that nobody asked for",
       .answer = "www.attacker.com. 300 A 203.0.113.1\nother.attacker.com. 300 A 203.0.113.1\n",
       .additional = "third.attacker.com. 86400 A 203.0.113.66\n",
       .stored = kOnlyTheAnswer},
      {.title = "records of others in the answer section",
       .answer = "www.attacker.com. 300 A 203.0.113.1\nwww.victim.com. 86400 A 203.0.113.66\n"
                 "com. 86400 NS ns.attacker.com.\n",
       .stored = kOnlyTheAnswer},
      {.title = "records of other types and classes in the answer section",
       .answer = "www.attacker.com. 300 A 203.0.113.1\nwww.attacker.com. 300 TXT \"x\"\n"
                 "www.attacker.com. 300 CH A 203.0.113.2\n",
       .stored = kOnlyTheAnswer},
      {.title = "an answer of another type alone",
       .answer = "www.attacker.com. 300 TXT \"x\"\n",
       .stored = {"delegation attacker.com. 3600", "nodata www.attacker.com. A 5"},
       .records = 0},
      {.title = "an answer of another name alone",
       .answer = "www.victim.com. 300 A 203.0.113.66\n",
       .stored = kFailed,
       .records = 0},
      {.title = "an alias to a victim with the victim's address",
       .answer =
           "www.attacker.com. 300 CNAME www.victim.com.\nwww.victim.com. 86400 A 203.0.113.66\n",
       .stored = {"delegation attacker.com. 3600", "rrset www.attacker.com. CNAME 300"},
       .records = 2},
      {.title = "an alias chain through a victim and back",
       .answer = "www.attacker.com. 300 CNAME www.victim.com.\nwww.victim.com. 86400 CNAME "
                 "x.attacker.com.\nx.attacker.com. 86400 A 203.0.113.66\n",
       .stored = {"delegation attacker.com. 3600", "rrset www.attacker.com. CNAME 300"},
       .records = 2},
      {.title = "a DNAME of its parent",
       .answer = "com. 86400 DNAME attacker.com.\nwww.attacker.com. 300 A 203.0.113.1\n",
       .stored = kOnlyTheAnswer},
      {.title = "a DNAME of the victim's",
       .answer = "victim.com. 86400 DNAME attacker.com.\nwww.attacker.com. 300 A 203.0.113.1\n",
       .stored = kOnlyTheAnswer},
      {.title = "a denial with its parent's SOA",
       .authority = "com. 86400 SOA a. b. 1 2 3 4 86400\n",
       .rcode = Rcode::kNXDomain,
       .stored = {"delegation attacker.com. 3600", "nxdomain of www.attacker.com. A 5"},
       .answered = Rcode::kNXDomain,
       .records = 0},
      {.title = "a denial of the type with the victim's SOA",
       .authority = "victim.com. 86400 SOA a. b. 1 2 3 4 86400\n",
       .stored = {"delegation attacker.com. 3600", "nodata www.attacker.com. A 5"},
       .records = 0},
      {.title = "a denial with the SOA of a name beside the question",
       .authority = "x.attacker.com. 86400 SOA a. b. 1 2 3 4 86400\n",
       .rcode = Rcode::kNXDomain,
       .stored = {"delegation attacker.com. 3600", "nxdomain of www.attacker.com. A 5"},
       .answered = Rcode::kNXDomain,
       .records = 0},
      {.title = "a denial with NS of its own and of others",
       .authority =
           "attacker.com. 60 SOA a. b. 1 2 3 4 60\nattacker.com. 86400 NS ns.attacker.com.\n"
           "victim.com. 86400 NS ns.attacker.com.\n",
       .additional = "ns.attacker.com. 86400 A 203.0.113.99\n",
       .rcode = Rcode::kNXDomain,
       .stored = {"delegation attacker.com. 3600", "nxdomain www.attacker.com. 60"},
       .answered = Rcode::kNXDomain,
       .records = 0},
  };
}

class BailiwickTest : public ThreatTest {
 protected:
  BailiwickTest() { internet_.AddDomain("victim.com.", {kVictim}, "www 300 A 198.51.100.1\n"); }
};

TEST_F(BailiwickTest, NothingIsKeptButWhatTheQuestionNeedsOfWhoMaySayIt) {
  for (const Poison& poison : Poisons()) {
    SCOPED_TRACE(poison.title);
    SmallInternet internet(SimWorld::Options{.seed = 4});
    internet.settings().resolution.case_randomisation = false;  // no denial is doubted for it
    ScriptedServer server([&](const SimQuery&, PlainMessage* reply) {
      reply->answer = Records(poison.answer);
      reply->authority = Records(poison.authority);
      reply->additional = Records(poison.additional);
      reply->rcode = poison.rcode;
      return true;
    });
    AddAttacker(&internet, &server);
    internet.AddDomain("victim.com.", {kVictim}, "www 300 A 198.51.100.1\n");
    const RestCheck rest(&internet);
    internet.Start();
    const PlainMessage answer = internet.Lookup("www.attacker.com.", RRType::kA);
    const bool failed = poison.stored == kFailed;
    EXPECT_EQ(answer.rcode, failed ? Rcode::kServFail : poison.answered)
        << internet.world().Trace();
    EXPECT_EQ(answer.answer.size(), poison.records) << answer.ToText();
    // What cannot be read is asked for without EDNS and over TCP.
    EXPECT_EQ(server.queries(), failed ? 3u : 1u);
    EXPECT_EQ(sim::Stored(internet, "attacker.com."), poison.stored) << answer.ToText();
    // The victim's own servers are asked. Nothing else is known of it.
    const bool known = poison.records == 2;  // an alias led there
    const PlainMessage victim = internet.Lookup("www.victim.com.", RRType::kA);
    ASSERT_EQ(victim.answer.size(), 1u) << internet.world().Trace();
    EXPECT_EQ(victim.answer[0].rdata, (Octets{198, 51, 100, 1}));
    EXPECT_EQ(internet.last_upstream_queries(), known ? 0u : 2u) << internet.world().Trace();
    EXPECT_EQ(sim::Stored(internet, "victim.com."),
              (Lines{"delegation victim.com. 3600", "rrset www.victim.com. A 300"}));
    EXPECT_EQ(StoredServers(internet, "com."), "a.gtld-servers.net. 192.0.2.10\n");
  }
}

// Lame, and worse: a "referral" to the zone of another owner, or up.
TEST_F(BailiwickTest, ReferralsUpAndSidewaysAreNotFollowed) {
  const std::string_view referrals[] = {
      ". 86400 NS ns.attacker.com.\n", "com. 86400 NS ns.attacker.com.\n",
      "victim.com. 86400 NS ns.attacker.com.\n", "attacker.com. 86400 NS ns.attacker.com.\n",
      "sub.attacker.com. 86400 NS ns.attacker.com.\n"};
  for (const std::string_view referral : referrals) {
    SCOPED_TRACE(referral);
    SmallInternet internet(SimWorld::Options{.seed = 4});
    ScriptedServer server([&](const SimQuery&, PlainMessage* reply) {
      reply->flags = wire::kFlagQR;
      reply->authority = Records(referral);
      reply->additional = Records("ns.attacker.com. 86400 A 203.0.113.66\n");
      return true;
    });
    AddAttacker(&internet, &server);
    internet.AddDomain("victim.com.", {kVictim}, "www 300 A 198.51.100.1\n");
    const RestCheck rest(&internet);
    internet.Start();
    EXPECT_EQ(internet.Lookup("www.attacker.com.", RRType::kA).rcode, Rcode::kServFail);
    EXPECT_EQ(server.queries(), 3u) << internet.world().Trace();  // in three forms
    EXPECT_EQ(sim::Stored(internet, "attacker.com."),
              (Lines{"delegation attacker.com. 3600", "failure www.attacker.com. A 5"}));
    EXPECT_EQ(sim::Stored(internet, "victim.com."), (Lines{}));
    EXPECT_EQ(StoredServers(internet, "com."), "a.gtld-servers.net. 192.0.2.10\n");
    EXPECT_EQ(internet.Lookup("www.victim.com.", RRType::kA).answer.size(), 1u);
    EXPECT_EQ(internet.last_upstream_queries(kAttacker), 0u);
  }
}

// Glue is believed for names inside the zone whose server gives it. It serves only their
// delegation.
TEST_F(BailiwickTest, GlueForNamesOutsideIsNotKept) {
  ScriptedServer server([](const SimQuery&, PlainMessage* reply) {
    reply->flags = wire::kFlagQR;
    reply->authority = Records(
        "sub.attacker.com. 3600 NS ns1.victim.com.\nsub.attacker.com. 3600 NS "
        "ns.sub.attacker.com.\n");
    reply->additional = Records(
        "ns1.victim.com. 86400 A 203.0.113.66\nns.sub.attacker.com. 3600 A 203.0.113.67\n"
        "ns.other.attacker.com. 3600 A 203.0.113.68\n");
    return true;
  });
  ScriptedServer below([](const SimQuery&, PlainMessage* reply) {
    reply->answer = {
        {reply->questions[0].name, RRType::kA, wire::RRClass::kIN, 60, {203, 0, 113, 9}}};
    return true;
  });
  AddAttacker(&internet_, &server);
  internet_.world().AddServer("203.0.113.67", &below);
  const RestCheck rest(&internet_);
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("www.sub.attacker.com.", RRType::kA).answer.size(), 1u) << Trace();
  EXPECT_EQ(StoredServers(internet_, "sub.attacker.com."),
            "ns1.victim.com.\nns.sub.attacker.com. 203.0.113.67\n");
  EXPECT_EQ(Stored("victim.com."), (Lines{}));
  // Glue answers no question.
  EXPECT_EQ(StoredAddresses(internet_, "ns.sub.attacker.com."), "");
  EXPECT_EQ(internet_.Lookup("ns1.victim.com.", RRType::kA).answer.at(0).rdata,
            (Octets{192, 0, 2, 20}));
  EXPECT_EQ(below.queries(), 1u);
}

// "later links of a CNAME chain are asked again, not believed, unless in the same zone"
TEST_F(BailiwickTest, ALinkInTheSameZoneIsBelievedAndOneOutsideIsAskedAgain) {
  ScriptedServer server([](const SimQuery&, PlainMessage* reply) {
    reply->answer = Records(
        "www.attacker.com. 300 CNAME a.attacker.com.\na.attacker.com. 300 CNAME "
        "www.victim.com.\nwww.victim.com. 300 A 203.0.113.66\n");
    return true;
  });
  AddAttacker(&internet_, &server);
  const RestCheck rest(&internet_);
  internet_.Start();
  const PlainMessage answer = internet_.Lookup("www.attacker.com.", RRType::kA);
  ASSERT_EQ(answer.answer.size(), 3u) << answer.ToText();
  EXPECT_EQ(answer.answer[2].rdata, (Octets{198, 51, 100, 1}));
  EXPECT_EQ(server.queries(), 1u);
  EXPECT_EQ(internet_.last_upstream_queries(kVictim), 1u);
  EXPECT_EQ(StoredAddresses(internet_, "www.victim.com."), "198.51.100.1\n");
}

// A DNAME serves the names below its own owner, in its own zone.
TEST_F(BailiwickTest, ADnameRenamesNothingOutsideItsZone) {
  ScriptedServer server([](const SimQuery&, PlainMessage* reply) {
    reply->answer = Records("attacker.com. 300 DNAME victim.com.\n");
    return true;
  });
  AddAttacker(&internet_, &server);
  const RestCheck rest(&internet_);
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("www.attacker.com.", RRType::kA).answer.size(), 3u) << Trace();
  EXPECT_EQ(internet_.Lookup("www.victim.com.", RRType::kA).answer.size(), 1u);
  EXPECT_EQ(Stored("attacker.com."),
            (Lines{"delegation attacker.com. 3600", "rrset attacker.com. DNAME 300"}));
  EXPECT_EQ(Stored("victim.com."),
            (Lines{"delegation victim.com. 3600", "rrset www.victim.com. A 300"}));
}

// Below a known zone cut only the child is believed about a name, not its parent.
TEST_F(BailiwickTest, AParentsWordBelowAKnownCutIsAskedAgain) {
  internet_.AddDomain("parent.com.", {"192.0.2.30"},
                      "sub 3600 NS ns.sub\nns.sub 3600 A 192.0.2.31\nalias 300 CNAME www.sub\n");
  internet_.AddServer("192.0.2.31", "sub.parent.com.",
                      "@ 60 SOA a. b. 1 2 3 4 5\n@ 60 NS ns\nns 60 A 192.0.2.31\n"
                      "www 60 A 198.51.100.7\n");
  internet_.Start();
  const PlainMessage answer = internet_.Lookup("alias.parent.com.", RRType::kA);
  ASSERT_EQ(answer.answer.size(), 2u) << Trace();
  EXPECT_EQ(answer.answer[1].rdata, (Octets{198, 51, 100, 7}));
}

}  // namespace
}  // namespace tern::sim
