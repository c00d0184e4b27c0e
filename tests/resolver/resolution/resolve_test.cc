#include "resolver/resolution/resolve.h"

#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/recursor_world.h"

namespace tern::resolver::resolution {
namespace {

using sim::Fault;
using test::HeardAnswer;
using test::kAliasZone;
using test::kOneServer;
using test::kServerA;
using test::milliseconds;
using test::N;
using test::RecursorWorld;
using test::seconds;
using wire::ExtendedError;
using wire::Rcode;
using wire::RRType;

// Through a recursor, which starts the jobs.
class ResolveTest : public testing::Test {
 protected:
  ResolveTest() { a_ = world_.Add(kServerA, "example.", kAliasZone); }

  // How many queries a name below a denied name costs, in a zone that is no top level domain.
  size_t QueriesBelowADeniedName() {
    world_.Add("192.0.2.9", "sub.example.", "x.ent 300 A 203.0.113.9\n");
    a_->AddZone("example.",
                std::string(RecursorWorld::kSoa) + "sub 3600 NS ns.sub\nns.sub 3600 A 192.0.2.9\n");
    world_.Start(kOneServer);
    EXPECT_EQ(world_.Lookup("gone.sub.example.").rcode, Rcode::kNXDomain);
    const size_t sent = world_.world().upstream().size();
    EXPECT_EQ(world_.Lookup("a.gone.sub.example.").rcode, Rcode::kNXDomain);
    return world_.world().upstream().size() - sent;
  }

  RecursorWorld world_;
  sim::ZoneServer* a_ = nullptr;
};

// RFC 9520: failures are remembered, no query goes out meanwhile.
TEST_F(ResolveTest, FailuresAreRememberedForAWhile) {
  world_.Start(kOneServer);
  a_->conduct().fault = Fault::kServFail;
  EXPECT_EQ(world_.Lookup("www.example.").rcode, Rcode::kServFail);
  const size_t sent = world_.world().upstream().size();
  EXPECT_EQ(world_.Lookup("www.example.").rcode, Rcode::kServFail);
  EXPECT_EQ(world_.world().upstream().size(), sent);
  a_->conduct().fault = Fault::kNone;
  world_.Run(seconds(20));
  EXPECT_EQ(world_.Lookup("www.example.").rcode, Rcode::kNoError);
}

TEST_F(ResolveTest, AliasLoopsFail) {
  world_.Start(kOneServer);
  for (const char* name : {"self.example.", "loop1.example."}) {
    EXPECT_EQ(world_.Lookup(name).rcode, Rcode::kServFail) << name;
    // From the store as well.
    const size_t sent = world_.world().upstream().size();
    EXPECT_EQ(world_.Lookup(name).rcode, Rcode::kServFail) << name;
    EXPECT_EQ(world_.world().upstream().size(), sent) << name;
  }
  world_.Run(seconds(8));
  EXPECT_TRUE(world_.IsAtRest());
}

TEST_F(ResolveTest, DnameInTheStoreAnswersOtherNames) {
  world_.Start(kOneServer);
  EXPECT_EQ(world_.Lookup("host.old.example.").text,
            "old.example. DNAME new.example.\nhost.old.example. CNAME host.new.example.\n"
            "host.new.example. A 203.0.113.4\n");
  const size_t sent = world_.world().upstream().size();
  EXPECT_EQ(world_.Lookup("gone.old.example.").rcode, Rcode::kNXDomain);
  // Only the new name was asked for.
  EXPECT_EQ(world_.world().upstream().size(), sent + 1);
  EXPECT_EQ(world_.Queries("gone.old.example."), 0u);
}

TEST_F(ResolveTest, AliasBelowADnameIsAnsweredWhenAskedFor) {
  world_.Start(kOneServer);
  // First from the reply, then another one from the store.
  for (const char* name : {"one", "two"}) {
    const std::string label(name);
    EXPECT_EQ(world_.Lookup(label + ".old.example.", RRType::kCNAME).text,
              "old.example. DNAME new.example.\n" + label + ".old.example. CNAME " + label +
                  ".new.example.\n");
  }
}

// RFC 8020, where it is safe without validation: example. is a top level domain.
TEST_F(ResolveTest, ATopLevelDomainsNxDomainCoversWhatIsBelow) {
  world_.Start(kOneServer);
  EXPECT_EQ(world_.Lookup("gone.example.").rcode, Rcode::kNXDomain);
  const size_t sent = world_.world().upstream().size();
  EXPECT_EQ(world_.Lookup("a.b.gone.example.").rcode, Rcode::kNXDomain);
  EXPECT_EQ(world_.world().upstream().size(), sent);
}

TEST_F(ResolveTest, NxDomainDoesNotCoverANameThatIsKnown) {
  world_.Start(kOneServer);
  EXPECT_EQ(world_.Lookup("a.b.c.d.example.").rcode, Rcode::kNoError);
  a_->AddZone("example.", std::string(RecursorWorld::kSoa) + "x 300 A 203.0.113.1\n");
  EXPECT_EQ(world_.Lookup("d.example.").rcode, Rcode::kNXDomain);
  a_->AddZone("example.", std::string(RecursorWorld::kSoa) + std::string(kAliasZone));
  EXPECT_EQ(world_.Lookup("b.c.d.example.").rcode, Rcode::kNXDomain);
  EXPECT_EQ(world_.Lookup("a.b.c.d.example.", RRType::kTXT).rcode, Rcode::kNoError);
}

TEST_F(ResolveTest, NxDomainOfAZoneFurtherDownDeniesItsNameOnly) {
  EXPECT_EQ(QueriesBelowADeniedName(), 1u);
}

TEST_F(ResolveTest, StrictMinimisationBelievesEveryNxDomainAbove) {
  world_.settings().resolution.qname_minimisation = QnameMinimisation::kStrict;
  EXPECT_EQ(QueriesBelowADeniedName(), 0u);
}

TEST_F(ResolveTest, ZonesOfTheConfigurationStandAgainstADenialAbove) {
  world_.Add("192.0.2.9", "corp.internal.", "www 300 A 203.0.113.9\n");
  for (const bool forward : {false, true}) {
    world_.settings().static_zones = {
        {N("corp.internal."), {*Endpoint::Parse("192.0.2.9", 53)}, forward, false}};
    world_.Start(kOneServer);
    // The root does not have internal. and honestly says NXDOMAIN.
    EXPECT_EQ(world_.Lookup("internal.").rcode, Rcode::kNXDomain);
    EXPECT_EQ(world_.Lookup("www.corp.internal.").text, "www.corp.internal. A 203.0.113.9\n");
    world_.Run(seconds(400));
    world_.Stop();
  }
}

TEST_F(ResolveTest, StrictMinimisationDoesNotTakeAnAliasesDenialForTheName) {
  world_.settings().resolution.qname_minimisation = QnameMinimisation::kStrict;
  world_.Start(kOneServer);
  const HeardAnswer& heard = world_.Lookup("host.sub.cut.example.");
  EXPECT_EQ(heard.rcode, Rcode::kNXDomain);
  // An alias at an ancestor is not an alias of the name.
  EXPECT_EQ(heard.text, "");
}

TEST_F(ResolveTest, MinimisedQuestionsHideLabels) {
  world_.settings().resolution.qname_minimisation = QnameMinimisation::kRelaxed;
  world_.Start(kOneServer);
  EXPECT_EQ(world_.Lookup("a.b.c.d.example.").rcode, Rcode::kNoError);
  EXPECT_EQ(world_.Queries("a.b.c.d.example.", RecursorWorld::kRoot), 0u);
  EXPECT_EQ(world_.Queries("example.", RecursorWorld::kRoot), 1u);
  EXPECT_EQ(world_.Queries("d.example.", kServerA), 1u);
}

TEST_F(ResolveTest, ChainsOverTheLimitFailAndTheLongestAllowedIsAnswered) {
  std::string links;
  for (int i = 0; i < 13; ++i) {
    links += "l" + std::to_string(i) + " 300 CNAME l" + std::to_string(i + 1) + "\n";
  }
  world_.Add("192.0.2.5", "chain.", links + "l13 300 A 203.0.113.7\n");
  world_.Start("chain. 3600 NS a.chain.\na.chain. 3600 A 192.0.2.5\n");
  EXPECT_EQ(world_.Lookup("l0.chain.").rcode, Rcode::kServFail);
  EXPECT_EQ(world_.Lookup("l1.chain.").rcode, Rcode::kServFail);
  EXPECT_EQ(world_.Lookup("l2.chain.").rcode, Rcode::kNoError);
}

// RFC 4035 section 3.1.4.1.
TEST_F(ResolveTest, DsIsAskedOfTheParent) {
  world_.Start(kOneServer);
  EXPECT_EQ(world_.Lookup("www.example.").rcode, Rcode::kNoError);
  EXPECT_EQ(world_.Lookup("example.", RRType::kDS).rcode, Rcode::kNoError);
  EXPECT_EQ(world_.Queries("example.", kServerA), 0u);
}

// Nothing of a forwarder's failure stays if iteration is allowed.
TEST_F(ResolveTest, ForwardFirstFallsBackToIterating) {
  sim::ZoneServer* forwarder = world_.Add("192.0.2.9", ".", "");
  forwarder->conduct().fault = Fault::kSilent;
  world_.settings().static_zones = {
      {N("."), {*Endpoint::Parse("192.0.2.9", 53)}, /*forward=*/true, /*first=*/true}};
  world_.Start(kOneServer);
  HeardAnswer* heard = world_.Ask("www.example.", RRType::kA);
  world_.Run(seconds(8));
  ASSERT_EQ(heard->count, 1);
  EXPECT_TRUE(world_.store().Find(N("www.example."), cache::KeySpace::kData, RRType::kA));
  EXPECT_TRUE(world_.IsAtRest());
}

// The service asks in this way when it has found the alias but no fresh target.
TEST_F(ResolveTest, AKnownAliasWhoseTargetHasExpiredIsNotAskedForAgain) {
  a_ = world_.Add("192.0.2.2", "two.", "alias 300 CNAME www\nwww 5 A 203.0.113.1\n");
  world_.Start("two. 3600 NS a.two.\na.two. 3600 A 192.0.2.2\n");
  world_.Lookup("alias.two.");
  world_.Run(seconds(10));
  ASSERT_EQ(world_.Queries("alias.two.", "192.0.2.2"), 1u);
  HeardAnswer heard(&world_.world());
  ASSERT_TRUE(world_.recursor().Ask(N("alias.two."), RRType::kA, &heard, /*just_missed=*/true));
  world_.Run(seconds(5));
  EXPECT_EQ(heard.text, "alias.two. CNAME www.two.\nwww.two. A 203.0.113.1\n");
  EXPECT_EQ(world_.Queries("alias.two.", "192.0.2.2"), 1u);
}

// A zone below a top level domain: that and the root carry everybody's questions.
constexpr std::string_view kDeep =
    "deep.example. 3600 NS a.deep.example.\na.deep.example. 3600 A 192.0.2.7\n";

TEST_F(ResolveTest, SoManyQuestionsWaitForOneZone) {
  world_.settings().resolution.limits.per_zone = 3;
  sim::ZoneServer* deep = world_.Add("192.0.2.7", "deep.example.", "* 300 A 203.0.113.8\n");
  world_.Start(kDeep);
  world_.Lookup("first.deep.example.");
  deep->conduct().think_time = milliseconds(100);
  std::vector<HeardAnswer*> heard;
  for (int i = 0; i < 5; ++i) {
    heard.push_back(world_.Ask("x" + std::to_string(i) + ".deep.example.", RRType::kA));
  }
  world_.Run(seconds(1));
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(heard[i]->error, i < 3 ? ExtendedError::kNone : ExtendedError::kNotReady) << i;
  }
  // Not the zone's fault: it is not remembered, and the places are free again.
  EXPECT_EQ(world_.Lookup("x4.deep.example.").rcode, Rcode::kNoError);
}

TEST_F(ResolveTest, ReferralsAreBounded) {
  world_.settings().resolution.budget.referrals = 2;
  const auto refer = [](std::string_view zone) {
    return std::string(zone) + " 3600 NS ns." + std::string(zone) + "\nns." + std::string(zone) +
           " 3600 A 192.0.2.";
  };
  world_.Add("192.0.2.11", "one.", refer("two.one.") + "12\n");
  world_.Add("192.0.2.12", "two.one.", refer("three.two.one.") + "13\nwww 300 A 203.0.113.2\n");
  world_.Add("192.0.2.13", "three.two.one.", "www 300 A 203.0.113.3\n");
  world_.Start(refer("one.") + "11\n");
  const HeardAnswer& failed = world_.Lookup("www.three.two.one.");
  EXPECT_EQ(failed.rcode, Rcode::kServFail);
  EXPECT_EQ(failed.error_text, "the question needs too many referrals");
  EXPECT_EQ(world_.Lookup("www.two.one.").text, "www.two.one. A 203.0.113.2\n");
}

// RFC 8914: what all servers have in common is the reason.
TEST_F(ResolveTest, TheReasonSaysWhatTheServersHaveInCommon) {
  for (const auto& [fault, error] :
       {std::pair(Fault::kUnreachable, ExtendedError::kNetworkError),
        std::pair(Fault::kGarbage, ExtendedError::kInvalidData),
        std::pair(Fault::kSilent, ExtendedError::kNoReachableAuthority),
        std::pair(Fault::kRefused, ExtendedError::kNoReachableAuthority)}) {
    RecursorWorld world;
    world.Add(kServerA, "example.", kAliasZone)->conduct().fault = fault;
    world.Start(kOneServer);
    HeardAnswer* heard = world.Ask("www.example.", RRType::kA);
    world.Run(seconds(10));
    EXPECT_EQ(heard->error, error) << static_cast<int>(fault);
  }
}

// A popular name that is near its expiry is asked for, though the store has it; another is not.
TEST_F(ResolveTest, ARefreshAsksForWhatIsNearItsExpiry) {
  world_.Start(kOneServer);
  world_.Lookup("www.example.");
  ASSERT_EQ(world_.Queries("www.example.", kServerA), 1u);
  world_.recursor().Refresh(N("www.example."), RRType::kA);
  world_.Run(seconds(280));
  EXPECT_EQ(world_.Queries("www.example.", kServerA), 1u);
  world_.recursor().Refresh(N("www.example."), RRType::kA);
  world_.Run(seconds(1));
  EXPECT_EQ(world_.Queries("www.example.", kServerA), 2u);
  // The answer is new: it outlives the first one.
  world_.Run(seconds(30));
  EXPECT_EQ(world_.Lookup("www.example.").latency, Duration(0));
  EXPECT_TRUE(world_.IsAtRest());
}

// A phoenix domain: a child that is told of again and again does not live longer than its parent.
TEST_F(ResolveTest, ADelegationDoesNotOutliveTheOneAboveIt) {
  world_.Add("192.0.2.12", "two.one.",
             "three.two.one. 86400 NS ns.three.two.one.\nns.three.two.one. 86400 A 192.0.2.13\n");
  world_.Add("192.0.2.13", "three.two.one.", "* 10 A 203.0.113.3\n");
  world_.Start("two.one. 600 NS ns.two.one.\nns.two.one. 600 A 192.0.2.12\n");
  EXPECT_EQ(world_.Lookup("a.three.two.one.").rcode, Rcode::kNoError);
  const wire::Name zone = N("three.two.one.");
  const cache::EntryView cut = world_.store().FindCut(zone, world_.store().Hash(zone));
  ASSERT_TRUE(cut);
  EXPECT_LE(cut.ttl(), 600u);
}

// Answers an error to questions about one name, and the rest like a server of the zone.
class FailsAtOneName final : public sim::SimServer {
 public:
  FailsAtOneName(std::string_view name, Rcode rcode) : name_(N(name)), rcode_(rcode) {}
  sim::SimAnswer OnQuery(const sim::SimQuery& query) override {
    std::optional<sim::PlainMessage> message = sim::PlainMessage::Decode(query.octets);
    if (!message || message->questions.empty()) return {};
    if (!message->questions[0].name.view().Equals(name_)) return zone_.OnQuery(query);
    message->flags = wire::kFlagQR;
    message->rcode = rcode_;
    message->edns.reset();
    return {{{message->Encode()}}};
  }

 private:
  const wire::Name name_;
  const Rcode rcode_;
  sim::ZoneServer zone_{"shop.example.",
                        "@ 60 SOA a. b. 1 2 3 4 5\nh0.ent 300 A 203.0.113.1\n"
                        "h1.ent 300 A 203.0.113.1\nh2.ent 300 A 203.0.113.1\n"};
};

class FailingPartTest : public testing::TestWithParam<Rcode> {
 protected:
  FailingPartTest() {
    for (int i = 0; i < 2; ++i) servers_.emplace_back("ent.shop.example.", GetParam());
    world_.AddHost(kServerA, &servers_[0]);
    world_.AddHost(test::kServerB, &servers_[1]);
    world_.settings().resolution.qname_minimisation = QnameMinimisation::kRelaxed;
    world_.Start(
        "shop.example. 3600 NS a.shop.example.\nshop.example. 3600 NS b.shop.example.\n"
        "a.shop.example. 3600 A 192.0.2.1\nb.shop.example. 3600 A 192.0.2.2\n");
  }

  std::deque<FailsAtOneName> servers_;
  RecursorWorld world_;
};

// The part is this resolver's own idea. So its failure costs one query, and nobody is to blame.
TEST_P(FailingPartTest, CostsOneQueryInSomeMinutes) {
  EXPECT_EQ(world_.Lookup("h0.ent.shop.example.").text, "h0.ent.shop.example. A 203.0.113.1\n");
  EXPECT_EQ(world_.Queries("ent.shop.example."), 1u);
  for (const std::string_view address : {kServerA, test::kServerB}) {
    EXPECT_FALSE(world_.table().IsLame(world_.table().KeyOf(*Endpoint::Parse(address, 53)),
                                       N("shop.example."), world_.world().Now()));
  }
  EXPECT_EQ(world_.Lookup("h1.ent.shop.example.").rcode, Rcode::kNoError);
  EXPECT_EQ(world_.Queries("ent.shop.example."), 1u);
  world_.Run(seconds(301));
  EXPECT_EQ(world_.Lookup("h2.ent.shop.example.").rcode, Rcode::kNoError);
  EXPECT_EQ(world_.Queries("ent.shop.example."), 2u);
}

INSTANTIATE_TEST_SUITE_P(Rcodes, FailingPartTest,
                         testing::Values(Rcode::kRefused, Rcode::kFormErr, Rcode::kServFail));

}  // namespace
}  // namespace tern::resolver::resolution
