#include "resolver/resolution/address_lookup.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/recursor_world.h"

namespace tern::resolver::resolution {
namespace {

using cache::KeySpace;
using sim::Fault;
using test::HeardAnswer;
using test::milliseconds;
using test::N;
using test::RecursorWorld;
using test::seconds;
using wire::Rcode;
using wire::RRType;

constexpr std::string_view kHosting =
    "hosting. 3600 NS ns.hosting.\nns.hosting. 3600 A 192.0.2.20\n";

class AddressLookupTest : public testing::Test {
 protected:
  void AddHosting() {
    hosting_ = world_.Add("192.0.2.20", "hosting.",
                          "n1 300 A 192.0.2.31\nn2 300 A 192.0.2.32\nalias 300 CNAME n1\n"
                          "www 300 A 203.0.113.20\n");
  }
  sim::ZoneServer* AddExample(std::string_view address) {
    return world_.Add(address, "example.", "www 300 A 203.0.113.1\n");
  }
  bool IsRememberedFailure(std::string_view name) {
    const auto entry = world_.store().Find(N(name), KeySpace::kFailure, RRType::kA);
    return static_cast<bool>(entry);
  }

  RecursorWorld world_;
  sim::ZoneServer* hosting_ = nullptr;
};

TEST_F(AddressLookupTest, FindsServersWithoutGlue) {
  AddHosting();
  AddExample("192.0.2.31");
  AddExample("192.0.2.32");
  world_.Start(std::string(kHosting) +
               "example. 3600 NS n1.hosting.\nexample. 3600 NS n2.hosting.");
  EXPECT_EQ(world_.Lookup("www.example.").text, "www.example. A 203.0.113.1\n");
  world_.Run(seconds(8));
  // The second server's address was looked up for later use, and both only once.
  EXPECT_EQ(world_.Queries("n1.hosting.", "192.0.2.20"), 1u);
  EXPECT_EQ(world_.Queries("n2.hosting.", "192.0.2.20"), 1u);
  EXPECT_TRUE(world_.IsAtRest());
}

TEST_F(AddressLookupTest, AnAliasIsFollowedToAddresses) {
  AddHosting();
  AddExample("192.0.2.31");
  world_.Start(std::string(kHosting) + "example. 3600 NS alias.hosting.");
  EXPECT_EQ(world_.Lookup("www.example.").rcode, Rcode::kNoError);
}

TEST_F(AddressLookupTest, ManyQuestionsShareOneLookUp) {
  AddHosting();
  AddExample("192.0.2.31");
  world_.Start(std::string(kHosting) + "example. 3600 NS n1.hosting.");
  std::vector<HeardAnswer*> heard;
  for (int i = 0; i < 50; ++i) {
    heard.push_back(world_.Ask("x" + std::to_string(i) + ".example.", RRType::kA));
  }
  world_.Run(seconds(3));
  for (const HeardAnswer* each : heard) EXPECT_EQ(each->rcode, Rcode::kNXDomain);
  EXPECT_EQ(world_.Queries("n1.hosting.", "192.0.2.20"), 1u);
}

TEST_F(AddressLookupTest, ACycleOfDelegationsFailsSoon) {
  world_.Start("one. 3600 NS ns.two.\ntwo. 3600 NS ns.three.\nthree. 3600 NS ns.one.\n");
  for (const char* name : {"www.one.", "www.two.", "www.three."}) {
    const HeardAnswer& heard = world_.Lookup(name);
    EXPECT_EQ(heard.rcode, Rcode::kServFail);
    EXPECT_LT(heard.latency, milliseconds(1000));
  }
  EXPECT_LT(world_.world().upstream().size(), 40u);
  world_.Run(seconds(8));
  EXPECT_TRUE(world_.IsAtRest());
}

TEST_F(AddressLookupTest, TwoCyclesThatMeetDoNotWaitForEachOther) {
  world_.Start("one. 3600 NS ns.two.\ntwo. 3600 NS ns.one.\n");
  HeardAnswer* a = world_.Ask("www.one.", RRType::kA);
  HeardAnswer* b = world_.Ask("www.two.", RRType::kA);
  HeardAnswer* c = world_.Ask("ns.one.", RRType::kA);
  HeardAnswer* d = world_.Ask("ns.two.", RRType::kA);
  world_.Run(seconds(9));
  for (const HeardAnswer* each : {a, b, c, d}) {
    EXPECT_EQ(each->count, 1);
    EXPECT_EQ(each->rcode, Rcode::kServFail);
    EXPECT_LT(each->latency, milliseconds(1000));
  }
  EXPECT_TRUE(world_.IsAtRest());
}

// Silent glue from the parent, and a living address that the server's own zone knows.
TEST_F(AddressLookupTest, TheRightAddressIsAskedBesideSilentGlue) {
  AddHosting();
  AddExample("192.0.2.31");
  world_.Start(std::string(kHosting) +
               "example. 3600 NS n1.hosting.\nn1.hosting. 3600 A 192.0.2.99");
  EXPECT_EQ(world_.Lookup("www.example.").text, "www.example. A 203.0.113.1\n");
  EXPECT_EQ(world_.Lookup("x.example.").rcode, Rcode::kNXDomain);
  EXPECT_LT(world_.Lookup("y.example.").latency, milliseconds(400));
}

TEST_F(AddressLookupTest, TheOtherFamilyOfAServerIsAsked) {
  world_.settings().resolution.ipv6 = Ipv6Use::kOn;
  world_.Add("192.0.2.20", "hosting.", "n1 300 A 192.0.2.31\nn1 300 AAAA 2001:db8::1\n");
  AddExample("192.0.2.31")->conduct().fault = Fault::kRefused;
  AddExample("2001:db8::1");
  world_.Start(std::string(kHosting) + "example. 3600 NS n1.hosting.");
  EXPECT_EQ(world_.Lookup("www.example.").text, "www.example. A 203.0.113.1\n");
}

TEST_F(AddressLookupTest, AFamilyThatIsNotInUseIsNotLookedUp) {
  world_.Add("192.0.2.20", "hosting.", "n1 300 A 192.0.2.31\nn1 300 AAAA 2001:db8::1\n");
  AddExample("192.0.2.31")->conduct().fault = Fault::kRefused;
  world_.Start(std::string(kHosting) + "example. 3600 NS n1.hosting.");
  EXPECT_EQ(world_.Lookup("www.example.").rcode, Rcode::kServFail);
  EXPECT_EQ(world_.Queries("n1.hosting.", "192.0.2.20"), 1u);
}

TEST_F(AddressLookupTest, TheOtherFamilyOfASilentServerIsAskedBesideTheWait) {
  world_.settings().resolution.ipv6 = Ipv6Use::kOn;
  world_.Add("192.0.2.20", "hosting.", "n1 300 A 192.0.2.31\nn1 300 AAAA 2001:db8::1\n");
  AddExample("192.0.2.31")->conduct().fault = Fault::kSilent;
  AddExample("2001:db8::1");
  world_.Start(std::string(kHosting) + "example. 3600 NS n1.hosting.");
  const HeardAnswer& heard = world_.Lookup("www.example.");
  EXPECT_EQ(heard.text, "www.example. A 203.0.113.1\n");
  EXPECT_LT(heard.latency, milliseconds(400));
}

// A provider left: seven of eight name servers are gone. Each costs one query.
TEST_F(AddressLookupTest, OneServerOfEightIsFoundAtTheFirstQuestion) {
  AddHosting();
  AddExample("192.0.2.31");
  world_.Start(kHosting);
  for (int zone = 0; zone < 20; ++zone) {
    const std::string name = "z" + std::to_string(zone) + ".";
    std::string root(kHosting);
    for (int i = 0; i < 7; ++i)
      root += name + " 3600 NS x" + std::to_string(100 * zone + i) + ".hosting.\n";
    world_.root().AddZone(
        ".", std::string(RecursorWorld::kSoa) + "@ 3600 NS a.root.\na.root. 3600 A " +
                 std::string(RecursorWorld::kRoot) + "\n" + root + name + " 3600 NS n1.hosting.\n");
    world_.Add("192.0.2.31", name, "www 300 A 203.0.113.1\n");
    EXPECT_EQ(world_.Lookup("www." + name).rcode, Rcode::kNoError) << zone;
    world_.Run(seconds(301));  // the address of n1 is looked up anew
  }
}

// Names whose absence is in the store do not count as failed look-ups.
TEST_F(AddressLookupTest, AbsentNamesAreAskedForOnce) {
  world_.settings().resolution.budget.failed_addresses = 1;
  AddHosting();
  AddExample("192.0.2.31");
  std::string root(kHosting);
  for (int i = 0; i < 12; ++i) root += "example. 3600 NS x" + std::to_string(i) + ".hosting.\n";
  world_.Start(root + "example. 3600 NS n1.hosting.");
  for (int i = 0; i < 12; ++i) world_.Lookup("x" + std::to_string(i) + ".hosting.");
  const size_t before = hosting_->queries();
  EXPECT_EQ(world_.Lookup("www.example.").text, "www.example. A 203.0.113.1\n");
  EXPECT_EQ(hosting_->queries() - before, 1u);
}

// NXNSAttack: 100 servers without glue cost fewer than 20 upstream queries.
TEST_F(AddressLookupTest, AHundredServersWithoutGlueCostFewQueries) {
  std::string root = std::string(kHosting);
  AddHosting();
  for (int i = 0; i < 100; ++i) root += "evil. 3600 NS x" + std::to_string(i) + ".hosting.\n";
  world_.Start(root);
  EXPECT_EQ(world_.Lookup("www.evil.").rcode, Rcode::kServFail);
  world_.Run(seconds(8));
  EXPECT_LT(world_.world().upstream().size(), 20u);
  EXPECT_TRUE(world_.IsAtRest());
}

// CAMP: a client query has one budget, for any delegations that it meets.
TEST_F(AddressLookupTest, AFanOfDelegationsStaysInTheBudget) {
  constexpr int kZones = 300;  // each costs a query, and what is learnt of it is kept
  std::string root;
  for (int i = 0; i < kZones; ++i) {
    for (int j = 1; j <= 4; ++j) {
      const int next = (i * 4 + j) % kZones;
      root += "z" + std::to_string(i) + ". 3600 NS ns.z" + std::to_string(next) + ".\n";
    }
  }
  world_.Start(root);
  const HeardAnswer& heard = world_.Lookup("www.z0.");
  EXPECT_EQ(heard.rcode, Rcode::kServFail);
  world_.Run(seconds(9));
  // Background look-ups and priming have allowances of their own.
  EXPECT_LE(world_.world().upstream().size(), 64u + 8u);
  EXPECT_TRUE(world_.IsAtRest());
}

TEST_F(AddressLookupTest, NestingIsBounded) {
  std::string root;
  for (int i = 0; i < 12; ++i) {
    root += "z" + std::to_string(i) + ". 3600 NS ns.z" + std::to_string(i + 1) + ".\n";
  }
  root += "z12. 3600 NS ns.z12.\nns.z12. 3600 A 192.0.2.40\n";
  world_.Add("192.0.2.40", "z12.", "ns 300 A 192.0.2.40\nwww 300 A 203.0.113.12\n");
  world_.Start(root);
  EXPECT_EQ(world_.Lookup("www.z0.").rcode, Rcode::kServFail);
  world_.Run(seconds(9));
  EXPECT_TRUE(world_.IsAtRest());
  EXPECT_LE(world_.Queries("ns.z10."), 1u);
}

// A failure because another question's budget was used up says nothing about the name. Otherwise a
// zone could fill the failure cache with other people's names.
TEST_F(AddressLookupTest, ASpentBudgetIsNotRememberedAgainstANameServer) {
  world_.settings().resolution.budget.upstream_queries = 3;
  AddHosting();
  world_.Add("192.0.2.50", "evil.", "sub 300 NS n1.hosting.\n");
  world_.Start(std::string(kHosting) + "evil. 3600 NS ns.evil.\nns.evil. 3600 A 192.0.2.50\n");
  EXPECT_EQ(world_.Lookup("www.sub.evil.").rcode, Rcode::kServFail);
  world_.Run(milliseconds(100));
  EXPECT_FALSE(IsRememberedFailure("n1.hosting."));
  EXPECT_EQ(world_.Lookup("n1.hosting.").rcode, Rcode::kNoError);
}

TEST_F(AddressLookupTest, AClientThatJoinsANestedLookUpIsNotFailedForAnothersBudget) {
  world_.settings().resolution.budget.upstream_queries = 3;
  AddHosting();
  world_.Add("192.0.2.50", "evil.", "sub 300 NS n1.hosting.\n");
  world_.Start(std::string(kHosting) + "evil. 3600 NS ns.evil.\nns.evil. 3600 A 192.0.2.50\n");
  // Root, evil, and root once more. Then no query is left for hosting.
  (void)world_.Ask("www.sub.evil.", RRType::kA);
  HeardAnswer* client = nullptr;
  world_.world().RunUntil(
      [&] {
        if (client == nullptr && world_.Queries("n1.hosting.", RecursorWorld::kRoot) > 0) {
          client = world_.Ask("n1.hosting.", RRType::kA);
        }
        return client != nullptr && client->count > 0;
      },
      seconds(5));
  ASSERT_NE(client, nullptr);
  EXPECT_EQ(client->count, 1);
  EXPECT_EQ(client->text, "n1.hosting. A 192.0.2.31\n");
}

// One family of addresses is broken, the one that the parameter says: true is IPv6. All that the
// resolution needs is there over the other one.
class BrokenFamilyTest : public testing::TestWithParam<bool> {
 protected:
  enum class Which : uint8_t { kWorking, kBroken };

  BrokenFamilyTest() {
    ResolutionSettings& resolution = world_.settings().resolution;
    resolution.ipv6 = Ipv6Use::kOn;
    resolution.root_hints[0].addresses = {*IpAddress::Parse(Address(Which::kWorking, 1))};
  }
  bool IsIpv6(Which which) const { return GetParam() == (which == Which::kBroken); }
  std::string Address(Which which, int n) const {
    return (IsIpv6(which) ? "2001:db8::" : "192.0.2.") + std::to_string(n);
  }
  std::string Record(std::string_view name, Which which, int n) const {
    return std::string(name) + (IsIpv6(which) ? " 300 AAAA " : " 300 A ") + Address(which, n) +
           "\n";
  }
  // Zone z`n`. has the name servers of these names, without glue.
  void Delegate(int n, const std::vector<std::string>& servers) {
    for (const std::string& server : servers) {
      delegations_ += "z" + std::to_string(n) + ". 3600 NS " + server + ".hosting.\n";
    }
  }
  sim::ZoneServer* AddServer(Which which, int n, int zone) {
    return world_.Add(Address(which, n), "z" + std::to_string(zone) + ".",
                      "www 300 A 203.0.113.1\n");
  }
  // Zone z`n`. has one name server, with an address of each family.
  void AddZone(int n, Fault of_working, Fault of_broken) {
    const std::string server = "n" + std::to_string(n);
    hosts_ += Record(server, Which::kWorking, 100 + n) + Record(server, Which::kBroken, 100 + n);
    Delegate(n, {server});
    AddServer(Which::kWorking, 100 + n, n)->conduct().fault = of_working;
    AddServer(Which::kBroken, 100 + n, n)->conduct().fault = of_broken;
  }
  void Start() {
    world_.Add(Address(Which::kWorking, 2), "hosting.", hosts_);
    world_.Start("");
    world_.root().AddZone(".", std::string(RecursorWorld::kSoa) + "@ 3600 NS a.root.\n" +
                                   Record("a.root.", Which::kWorking, 1) +
                                   "hosting. 3600 NS ns.hosting.\n" +
                                   Record("ns.hosting.", Which::kWorking, 2) + delegations_);
    world_.world().AddServer(Address(Which::kWorking, 1), &world_.root(), {});
    upstream::FamilyHealth& families = world_.table().families();
    families.NoteAnswer(IsIpv6(Which::kWorking));
    for (uint32_t i = 0; i < upstream::FamilyHealth::kBrokenAfter; ++i) {
      families.NoteSilence(IsIpv6(Which::kBroken), 1 + i);
    }
    ASSERT_TRUE(IsBroken());
  }
  bool IsBroken() { return world_.table().families().IsBroken(IsIpv6(Which::kBroken)); }
  Rcode AskZone(int n) { return world_.Lookup("www.z" + std::to_string(n) + ".").rcode; }
  // Questions for addresses of one family, so many as its servers got.
  size_t LookUps(Which which) {
    const std::vector<sim::UpstreamQuery>& all = world_.world().upstream();
    const RRType type = IsIpv6(which) ? RRType::kAAAA : RRType::kA;
    return static_cast<size_t>(std::count_if(all.begin(), all.end(), [&](const auto& query) {
      return query.type == type && query.name.view().IsSubdomainOf(N("hosting."));
    }));
  }

  RecursorWorld world_;
  std::string hosts_;
  std::string delegations_;
};

// At such addresses nobody could be asked. One look-up in a while is for the family's health.
TEST_P(BrokenFamilyTest, ItsAddressesAreNotLookedUp) {
  for (int n = 0; n < 10; ++n) AddZone(n, Fault::kRefused, Fault::kSilent);
  Start();
  for (int n = 0; n < 10; ++n) EXPECT_EQ(AskZone(n), Rcode::kServFail);
  EXPECT_GE(LookUps(Which::kWorking), 10u);
  EXPECT_EQ(LookUps(Which::kBroken), 1u);
}

TEST_P(BrokenFamilyTest, OfAServerThatIsLateNoneIsLookedUpBesideTheWait) {
  AddZone(0, Fault::kRefused, Fault::kSilent);
  AddZone(1, Fault::kSilent, Fault::kSilent);
  Start();
  EXPECT_EQ(AskZone(0), Rcode::kServFail);  // has the one look-up in a while
  const size_t before = LookUps(Which::kBroken);
  EXPECT_EQ(AskZone(1), Rcode::kServFail);
  EXPECT_EQ(LookUps(Which::kBroken), before);
}

TEST_P(BrokenFamilyTest, AServerOfTheWorkingFamilyIsLookedUpFirst) {
  for (int n = 0; n < 8; ++n) {
    const std::string broken = "b" + std::to_string(n);
    const std::string working = "w" + std::to_string(n);
    hosts_ += Record(broken, Which::kBroken, 10 + n) + Record(working, Which::kWorking, 10 + n);
    Delegate(n, {broken, working});
    AddServer(Which::kWorking, 10 + n, n);
  }
  Start();
  for (int n = 0; n < 8; ++n) EXPECT_EQ(AskZone(n), Rcode::kNoError);
  EXPECT_EQ(LookUps(Which::kBroken), 0u);
}

// That a family is broken is a guess. It must not cost a zone that only this family reaches.
TEST_P(BrokenFamilyTest, AZoneWithoutOtherAddressesIsLookedUpAsAlways) {
  for (int n = 0; n < 3; ++n) {
    const std::string server = "n" + std::to_string(n);
    hosts_ += Record(server, Which::kBroken, 10 + n);
    Delegate(n, {server});
    AddServer(Which::kBroken, 10 + n, n)->conduct().fault = Fault::kSilent;
  }
  Start();
  for (int n = 0; n < 3; ++n) EXPECT_EQ(AskZone(n), Rcode::kServFail);
  EXPECT_EQ(LookUps(Which::kBroken), 3u);
}

TEST_P(BrokenFamilyTest, WhenItWorksAgainItsAddressesAreLookedUpAnew) {
  AddZone(0, Fault::kRefused, Fault::kSilent);
  AddZone(1, Fault::kRefused, Fault::kNone);
  AddZone(2, Fault::kRefused, Fault::kNone);
  Start();
  EXPECT_EQ(AskZone(0), Rcode::kServFail);
  EXPECT_EQ(AskZone(1), Rcode::kServFail);
  world_.table().families().NoteAnswer(IsIpv6(Which::kBroken));
  EXPECT_EQ(AskZone(2), Rcode::kNoError);
}

// No address of the family is known. So its health is found out by a look-up.
TEST_P(BrokenFamilyTest, OneLookUpInAWhileFindsOutThatItWorksAgain) {
  AddZone(0, Fault::kRefused, Fault::kSilent);
  AddZone(1, Fault::kRefused, Fault::kNone);
  AddZone(2, Fault::kRefused, Fault::kNone);
  Start();
  EXPECT_EQ(AskZone(0), Rcode::kServFail);
  EXPECT_EQ(AskZone(1), Rcode::kServFail);
  EXPECT_TRUE(IsBroken());
  world_.Run(upstream::FamilyHealth::kProbeEach);
  EXPECT_EQ(AskZone(2), Rcode::kNoError);
  EXPECT_FALSE(IsBroken());
}

INSTANTIATE_TEST_SUITE_P(Families, BrokenFamilyTest, testing::Bool(), [](const auto& info) {
  return info.param ? std::string("Ipv6") : std::string("Ipv4");
});

}  // namespace
}  // namespace tern::resolver::resolution
