// "Ghost and phoenix domains": a delegation ends with its parent's TTL. The child cannot keep it:
// not with its own NS and glue, not with delegations below itself, not with late replies.
#include "tests/sim/threats/threat_test.h"

namespace tern::sim {
namespace {

constexpr std::string_view kGhost = "192.0.2.66";
// The child's own records claim to live for a day. Its parent says an hour.
constexpr std::string_view kChild = R"(
@   86400 SOA ns1 root 1 2 3 4 60
@   86400 NS  ns1
ns1 86400 A   192.0.2.66
www 1     A   198.51.100.66
)";
constexpr std::string_view kComWithoutChildren =
    "com. 3600 SOA a.gtld-servers.net. root.com. 1 2 3 4 60\ncom. 172800 NS a.gtld-servers.net.\n";

class GhostTest : public ThreatTest {
 protected:
  GhostTest() {
    internet_.AddToTld("com.",
                       "ghost.com. 3600 NS ns1.ghost.com.\nns1.ghost.com. 3600 A 192.0.2.66\n");
    child_ = internet_.AddServer(kGhost, "ghost.com.", kChild);
    child_->conduct().minimal = false;  // NS and glue in every answer
  }

  // `count` zones s1.ghost.com., s2.s1.ghost.com. ..., each delegated by the one above, for a day,
  // to the ghost's own server.
  void AddPhoenixes(int count) {
    std::string zone = "ghost.com.";
    for (int i = 1; i <= count; ++i) {
      const std::string below = "s" + std::to_string(i) + "." + zone;
      const std::string cut = below + " 86400 NS ns1." + below + "\nns1." + below +
                              " 86400 A 203.0.113." + std::to_string(i) + "\n";
      texts_.push_back(cut);
      ZoneServer* server = i == 1 ? child_ : phoenixes_.back();
      server->AddZone(zone, (i == 1 ? std::string(kChild) : Apex(zone, i - 1)) + cut);
      phoenixes_.push_back(
          internet_.AddServer("203.0.113." + std::to_string(i), below, Apex(below, i)));
      zone = below;
    }
  }
  static std::string Apex(const std::string& zone, int i) {
    return zone + " 86400 SOA ns1 root 1 2 3 4 60\n" + zone + " 86400 NS ns1." + zone + "\nns1." +
           zone + " 86400 A 203.0.113." + std::to_string(i) + "\nwww." + zone +
           " 1 A 198.51.100.66\n";
  }

  void RemoveFromParent() { internet_.com().AddZone("com.", kComWithoutChildren); }
  void ExpectGone(std::string_view name) {
    const size_t before = Sent();
    EXPECT_EQ(internet_.Lookup(name, RRType::kA).rcode, Rcode::kNXDomain) << name;
    EXPECT_EQ(internet_.world().CountUpstream(kGhost, before), 0u) << name;
    for (size_t i = 1; i <= phoenixes_.size(); ++i) {
      EXPECT_EQ(internet_.world().CountUpstream("203.0.113." + std::to_string(i), before), 0u)
          << name;
    }
  }

  ZoneServer* child_;
  std::vector<std::string> texts_;
  std::vector<ZoneServer*> phoenixes_;
};

TEST_F(GhostTest, ChildsNameServersAndGlueDoNotExtendTheDelegation) {
  internet_.Start();
  internet_.Lookup("www.ghost.com.", RRType::kA);
  RemoveFromParent();
  const Time deleted = internet_.world().Now();
  int answered = 0;
  while (internet_.world().Now() - deleted < seconds(3590)) {
    internet_.Lookup("ghost.com.", RRType::kNS);
    internet_.Lookup("ns1.ghost.com.", RRType::kA);
    answered += internet_.Lookup("www.ghost.com.", RRType::kA).rcode == Rcode::kNoError;
    internet_.world().RunFor(seconds(100));
  }
  EXPECT_GT(answered, 30);  // it is served until its time is over
  internet_.world().RunFor(seconds(20));
  ExpectGone("www.ghost.com.");
  ExpectGone("new.ghost.com.");
  EXPECT_EQ(StoredServers(internet_, "ghost.com."), "");
}

// T1 of the paper: a chain of delegations below the ghost, each begun before the one above is over.
TEST_F(GhostTest, DelegationsBelowADelegationDieWithIt) {
  AddPhoenixes(3);
  internet_.Start();
  internet_.Lookup("www.ghost.com.", RRType::kA);
  RemoveFromParent();
  internet_.world().RunFor(seconds(3000));
  EXPECT_EQ(internet_.Lookup("www.s1.ghost.com.", RRType::kA).rcode, Rcode::kNoError) << Trace();
  internet_.world().RunFor(seconds(580));
  EXPECT_EQ(internet_.Lookup("www.s2.s1.ghost.com.", RRType::kA).rcode, Rcode::kNoError);
  EXPECT_EQ(internet_.Lookup("www.s3.s2.s1.ghost.com.", RRType::kA).rcode, Rcode::kNoError);
  internet_.world().RunFor(seconds(30));
  ExpectGone("x.ghost.com.");
  ExpectGone("www.s1.ghost.com.");
  ExpectGone("x.s2.s1.ghost.com.");
  ExpectGone("x.s3.s2.s1.ghost.com.");
}

// T2: the reply with the next delegation is held back until the one above is over.
TEST_F(GhostTest, ALateReferralDoesNotOutliveTheDelegationItCameThrough) {
  AddPhoenixes(1);
  internet_.Start();
  internet_.Lookup("www.ghost.com.", RRType::kA);
  RemoveFromParent();
  internet_.world().RunFor(seconds(3599));
  child_->conduct().think_time = milliseconds(1500);
  internet_.Lookup("www.s1.ghost.com.", RRType::kA);
  internet_.world().RunFor(seconds(5));
  EXPECT_EQ(StoredServers(internet_, "s1.ghost.com."), "");
  ExpectGone("x.s1.ghost.com.");
}

// The bound is that of the zone above. A child of a living zone keeps the time that its parent gave
// it.
TEST_F(GhostTest, ADelegationOfATopLevelDomainHasItsOwnTime) {
  internet_.AddDomain("late.com.", {kVictim}, "www 60 A 198.51.100.1\n");
  internet_.settings().cache.ttl.max_ttl = 4000;
  internet_.Start();
  internet_.Lookup("com.", RRType::kNS);
  internet_.world().RunFor(seconds(3990));
  internet_.Lookup("www.late.com.", RRType::kA);
  internet_.world().RunFor(seconds(100));
  EXPECT_EQ(Stored("late.com."), (Lines{"delegation late.com. 3600"}));
}

// Sold: the parent names other servers. The old ones only have their last TTL left.
TEST_F(GhostTest, ASoldDomainMovesWithAllThatIsBelowIt) {
  AddPhoenixes(1);
  internet_.Start();
  internet_.Lookup("www.s1.ghost.com.", RRType::kA);
  internet_.com().AddZone("com.", std::string(kComWithoutChildren) +
                                      "ghost.com. 3600 NS ns1.ghost.com.\n"
                                      "ns1.ghost.com. 3600 A 192.0.2.77\n");
  internet_.AddServer("192.0.2.77", "ghost.com.",
                      "@ 60 SOA ns1 root 1 2 3 4 60\n@ 60 NS ns1\nns1 60 A 192.0.2.77\n"
                      "www 60 A 198.51.100.77\n*.s1 60 A 198.51.100.77\n");
  internet_.world().RunFor(seconds(3601));
  for (const char* name : {"www.ghost.com.", "www.s1.ghost.com."}) {
    const PlainMessage answer = internet_.Lookup(name, RRType::kA);
    ASSERT_EQ(answer.answer.size(), 1u) << name << "\n" << Trace();
    EXPECT_EQ(answer.answer[0].rdata, (Octets{198, 51, 100, 77})) << name;
  }
}

}  // namespace
}  // namespace tern::sim
