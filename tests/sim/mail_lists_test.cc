// Block lists (RFC 5782): names at and below a list of the configuration are looked up in a way of
// their own.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "tests/sim/small_internet.h"
#include "wire/presentation.h"

namespace tern::sim {
namespace {

using resolver::BlockList;
using resolver::Endpoint;
using resolver::QnameMinimisation;
using std::chrono::milliseconds;
using std::chrono::seconds;
using wire::ExtendedError;
using wire::Rcode;
using wire::RRType;

constexpr std::string_view kListServer = "192.0.2.30";
constexpr std::string_view kForwarder = "192.0.2.50";
constexpr std::string_view kListedName = "2.0.0.127.zen.com.";
constexpr std::string_view kNotListed = "1.0.0.127.zen.com.";

// Remembers the refusals that it hears of.
class Refusals final : public resolver::ListObserver {
 public:
  void OnListRefusal(const wire::Name& zone, uint8_t code, resolver::Time) override {
    heard.push_back(wire::ToText(zone) + " " + std::to_string(code));
  }
  void OnListChecked(const wire::Name&, const resolver::ListFinding&) override {}

  std::vector<std::string> heard;
};

class MailListsTest : public testing::Test {
 protected:
  MailListsTest() {
    list_ = internet_.AddDomain("zen.com.", {kListServer}, "2.0.0.127 300 A 127.0.0.2\n")[0];
  }
  void TearDown() override { EXPECT_EQ(internet_.CheckRest(), "") << internet_.world().Trace(); }

  BlockList& AddList(std::string_view zone = "zen.com.") {
    internet_.settings().mail.dnsbl.push_back({.zone = NameOf(zone)});
    return internet_.settings().mail.dnsbl.back();
  }
  void Forward(std::string_view zone) {
    internet_.settings().static_zones.push_back(
        {NameOf(zone), {*Endpoint::Parse(kForwarder, 53)}, true, false});
  }
  PlainMessage Ask(std::string_view name, RRType type = RRType::kA) {
    return internet_.Lookup(name, type);
  }
  void ExpectListed(std::string_view name = kListedName) {
    const PlainMessage reply = Ask(name);
    EXPECT_EQ(reply.rcode, Rcode::kNoError) << internet_.world().Trace();
    EXPECT_EQ(reply.answer.size(), 1u) << internet_.world().Trace();
  }
  // The names that a server was asked for.
  std::vector<wire::Name> AskedOf(std::string_view address) {
    std::vector<wire::Name> names;
    for (const UpstreamQuery& query : internet_.world().upstream()) {
      if (query.server.address == *resolver::IpAddress::Parse(address)) names.push_back(query.name);
    }
    return names;
  }
  void Wait(resolver::Duration duration) { internet_.world().RunFor(duration); }

  Refusals refusals_;
  SmallInternet internet_{SimWorld::Options{.seed = 11}};
  ZoneServer* list_;
};

TEST_F(MailListsTest, NamesBelowAListAreAskedForAsAWhole) {
  for (const QnameMinimisation mode : {QnameMinimisation::kRelaxed, QnameMinimisation::kStrict}) {
    internet_.settings().resolution.qname_minimisation = mode;
    internet_.settings().mail.dnsbl.clear();
    AddList();
    internet_.Start();
    ExpectListed();
    EXPECT_EQ(internet_.last_upstream_queries(kListServer), 1u) << internet_.world().Trace();
    // What is above the list learns no more than before.
    for (const std::string_view above : {SmallInternet::kRoot, SmallInternet::kCom}) {
      for (const wire::Name& name : AskedOf(above)) EXPECT_LE(name.view().LabelCount(), 2u);
    }
  }
}

TEST_F(MailListsTest, TheDenialOfANameInAListDeniesNothingBelowIt) {
  internet_.settings().resolution.qname_minimisation = QnameMinimisation::kStrict;
  AddList();
  internet_.Start();
  list_->conduct().fault = Fault::kDenies;
  for (const std::string_view above : {"127.zen.com.", "0.0.127.zen.com."}) {
    EXPECT_EQ(Ask(above).rcode, Rcode::kNXDomain) << above;
  }
  list_->conduct().fault = Fault::kNone;
  ExpectListed();
}

// The list's zone is part of its parent's here, so its name is asked for on the way.
TEST_F(MailListsTest, TheDenialOfTheListsOwnNameDeniesNothingBelowIt) {
  internet_.settings().resolution.qname_minimisation = QnameMinimisation::kStrict;
  ZoneServer* server =
      internet_.AddDomain("lists.com.", {"192.0.2.31"}, "2.0.0.127.bl 300 A 127.0.0.2\n")[0];
  server->conduct().with_no_data = Fault::kDenies;
  AddList("bl.lists.com.");
  internet_.Start();
  ExpectListed("2.0.0.127.bl.lists.com.");
}

TEST_F(MailListsTest, TheForwarderOfTheRootIsNotAskedAboutAList) {
  ZoneServer* forwarder =
      internet_.AddServer(kForwarder, ".", "@ 60 SOA a. b. 1 2 3 4 5\nwww.net 60 A 198.51.100.7\n");
  AddList();
  Forward(".");
  internet_.Start();
  EXPECT_EQ(Ask("www.net.").answer.size(), 1u);
  EXPECT_EQ(forwarder->queries(), 1u);
  // The forwarder's denial of a name above the list is about other data.
  EXPECT_EQ(Ask("com.").rcode, Rcode::kNXDomain);
  ExpectListed();
  EXPECT_EQ(Ask(kNotListed).rcode, Rcode::kNXDomain);
  for (const wire::Name& name : AskedOf(kForwarder)) {
    EXPECT_FALSE(name.view().IsSubdomainOf(NameOf("zen.com."))) << internet_.world().Trace();
  }
}

TEST_F(MailListsTest, TheForwarderIsNotAskedWhenTheListFails) {
  internet_.AddServer(kForwarder, ".", "@ 60 SOA a. b. 1 2 3 4 5\n");
  AddList();
  Forward(".");
  internet_.Start();
  ExpectListed();
  for (const Fault fault : {Fault::kRefused, Fault::kSilent, Fault::kUnreachable}) {
    list_->conduct().fault = fault;
    Wait(seconds(60));
    EXPECT_EQ(Ask(kNotListed).rcode, Rcode::kServFail);
    Wait(seconds(60));
  }
  for (const wire::Name& name : AskedOf(kForwarder)) {
    EXPECT_FALSE(name.view().IsSubdomainOf(NameOf("zen.com."))) << internet_.world().Trace();
  }
}

// The list is found from the root. So the root's servers are learnt, as they are without forwarders
// (RFC 9609). Clients get the forwarder's answer all the same.
TEST_F(MailListsTest, TheRootIsPrimedAlthoughItIsForwarded) {
  ZoneServer* forwarder =
      internet_.AddServer(kForwarder, ".", "@ 60 SOA a. b. 1 2 3 4 5\n@ 60 NS forwarded.\n");
  internet_.AddDomain("bl.net.", {"192.0.2.31"}, "2.0.0.127 300 A 127.0.0.2\n");
  AddList();
  AddList("bl.net.");
  Forward(".");
  internet_.Start();
  const auto priming_queries = [&] {
    const std::vector<wire::Name> asked = AskedOf(SmallInternet::kRoot);
    return std::count(asked.begin(), asked.end(), wire::Name());
  };
  Ask("www.net.");
  EXPECT_EQ(priming_queries(), 0);
  ExpectListed();
  EXPECT_EQ(priming_queries(), 1) << internet_.world().Trace();
  EXPECT_TRUE(internet_.resolver().store().FindCut(wire::NameView()));
  // It is not done again as long as the root's servers are known.
  Wait(seconds(60));
  ExpectListed("2.0.0.127.bl.net.");
  EXPECT_EQ(priming_queries(), 1) << internet_.world().Trace();
  const size_t asked = forwarder->queries();
  const PlainMessage reply = Ask(".", RRType::kNS);
  EXPECT_EQ(forwarder->queries(), asked + 1);
  ASSERT_EQ(reply.answer.size(), 1u);
  EXPECT_NE(reply.answer[0].ToText().find("forwarded."), std::string::npos);
}

TEST_F(MailListsTest, AForwardZoneWithANameOfItsOwnCounts) {
  for (const std::string_view zone : {"com.", "zen.com.", "127.zen.com."}) {
    SmallInternet internet(SimWorld::Options{.seed = 11});
    ZoneServer* forwarder = internet.AddServer(kForwarder, ".",
                                               "@ 60 SOA a. b. 1 2 3 4 5\n"
                                               "2.0.0.127.zen.com 60 A 127.0.0.2\n");
    internet.settings().mail.dnsbl.push_back({.zone = NameOf("zen.com.")});
    for (const std::string_view forwarded : {zone, std::string_view(".")}) {
      internet.settings().static_zones.push_back(
          {NameOf(forwarded), {*Endpoint::Parse(kForwarder, 53)}, true, false});
    }
    internet.Start();
    EXPECT_EQ(internet.Lookup(kListedName, RRType::kA).answer.size(), 1u) << zone;
    EXPECT_EQ(forwarder->queries(), 1u) << zone;
  }
}

TEST_F(MailListsTest, WhatIsNotListedIsKeptForTheTimeOfTheList) {
  internet_.AddDomain("example.com.", {"192.0.2.20"}, "");
  AddList().max_negative_ttl = 20;
  internet_.settings().cache.ttl.max_negative_ttl = 60;
  internet_.Start();
  for (const std::string_view name : {kNotListed, std::string_view("no.example.com.")}) {
    EXPECT_EQ(Ask(name).rcode, Rcode::kNXDomain);
  }
  Wait(seconds(18));
  Ask(kNotListed);
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
  Wait(seconds(4));
  Ask(kNotListed);
  EXPECT_EQ(internet_.last_upstream_queries(), 1u);
  Ask("no.example.com.");
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
}

// The time of the list stands in place of the cache's, so it may also be longer.
TEST_F(MailListsTest, WhatIsNotListedMayBeKeptForLongerThanOtherDenials) {
  AddList().max_negative_ttl = 40;
  internet_.settings().cache.ttl.max_negative_ttl = 10;
  internet_.Start();
  EXPECT_EQ(Ask(kNotListed).rcode, Rcode::kNXDomain);
  Wait(seconds(30));
  Ask(kNotListed);
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
}

TEST_F(MailListsTest, AClientOfASilentListGetsAFailureInTime) {
  AddList();
  AddList("bl.com.").timeout = milliseconds(300);
  ZoneServer* other = internet_.AddDomain("bl.com.", {"192.0.2.31"}, "")[0];
  internet_.AddDomain("example.com.", {"192.0.2.20"}, "")[0]->conduct().fault = Fault::kSilent;
  internet_.Start();
  list_->conduct().fault = Fault::kSilent;
  other->conduct().fault = Fault::kSilent;
  const auto expect_failure = [&](std::string_view name, resolver::Duration at) {
    const PlainMessage reply = Ask(name);
    EXPECT_EQ(reply.rcode, Rcode::kServFail);
    EXPECT_EQ(ExtendedErrorOf(reply), ExtendedError::kNoReachableAuthority);
    EXPECT_EQ(internet_.last_latency(), at) << name;
  };
  expect_failure(kListedName, milliseconds(1000));
  expect_failure("2.0.0.127.bl.com.", milliseconds(300));
  EXPECT_EQ(Ask("www.example.com.").rcode, Rcode::kServFail);
  EXPECT_GT(internet_.last_latency(), milliseconds(2000));
}

TEST_F(MailListsTest, AClientOfASilentListGetsAStaleAnswerInTime) {
  AddList();
  internet_.Start();
  ExpectListed();
  Wait(seconds(400));
  list_->conduct().fault = Fault::kSilent;
  ExpectListed();
  EXPECT_EQ(internet_.last_latency(), milliseconds(1000));
}

// The answer that came too late for the client is there when it asks again.
TEST_F(MailListsTest, ALateAnswerIsKept) {
  AddList();
  internet_.Start();
  EXPECT_EQ(Ask(kNotListed).rcode, Rcode::kNXDomain);
  list_->conduct().think_time = milliseconds(1500);
  EXPECT_EQ(Ask(kListedName).rcode, Rcode::kServFail);
  Wait(seconds(2));
  ExpectListed();
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
}

TEST_F(MailListsTest, QuestionsRefusalsAndTimeoutsAreCounted) {
  list_ = internet_.AddDomain("zen.com.", {kListServer},
                              "2.0.0.127 300 A 127.0.0.2\n3.0.0.127 300 A 127.255.255.254\n")[0];
  internet_.AddDomain("example.com.", {"192.0.2.20"}, "www 300 A 127.255.255.254\n");
  AddList();
  internet_.Start();
  const resolver::WorkerCounters& counters = internet_.resolver().recursor().counters();
  const auto expect = [&](uint64_t questions, uint64_t refusals, uint64_t timeouts) {
    EXPECT_EQ(counters.list_questions, questions);
    EXPECT_EQ(counters.list_refusals, refusals);
    EXPECT_EQ(counters.list_timeouts, timeouts);
  };
  Ask("www.example.com.");
  expect(0, 0, 0);
  ExpectListed();
  ExpectListed();  // from the store
  expect(1, 0, 0);
  ExpectListed("3.0.0.127.zen.com.");
  expect(2, 1, 0);
  list_->conduct().fault = Fault::kSilent;
  Ask(kNotListed);
  expect(3, 1, 1);
}

TEST_F(MailListsTest, TheTimeThatListsTakeIsCounted) {
  internet_.AddDomain("example.com.", {"192.0.2.20"}, "www 300 A 198.51.100.1\n");
  AddList().timeout = milliseconds(400);
  internet_.Start();
  Ask("www.example.com.");
  Ask("zen.com.");
  const auto counters = [&] { return internet_.resolver().ReadCounters(); };
  uint64_t before_ms = counters().list_answer_ms;
  const auto expect = [&](std::vector<uint64_t> answers, uint64_t ms) {
    const resolver::CounterSnapshot now = counters();
    EXPECT_EQ((std::vector<uint64_t>{now.list_answers_10ms, now.list_answers_100ms,
                                     now.list_answers_1s, now.list_answers_later}),
              answers);
    EXPECT_EQ(now.list_answer_ms - before_ms, ms);
    before_ms = now.list_answer_ms;
  };
  // The list's name itself counts. The round trip is 10 ms, and its zone was not known yet.
  expect({0, 1, 0, 0}, 0);
  ExpectListed();
  expect({1, 1, 0, 0}, 10);
  ExpectListed();  // from the store
  expect({1, 1, 0, 0}, 0);
  list_->conduct().think_time = milliseconds(190);
  Ask("3.0.0.127.zen.com.");
  expect({1, 1, 1, 0}, 200);
  // Too late for the client.
  list_->conduct().think_time = milliseconds(1490);
  EXPECT_EQ(Ask("4.0.0.127.zen.com.").rcode, Rcode::kServFail);
  Wait(seconds(3));
  expect({1, 1, 1, 1}, 1500);
  list_->conduct().fault = Fault::kSilent;
  EXPECT_EQ(Ask("5.0.0.127.zen.com.").rcode, Rcode::kServFail);
  Wait(seconds(10));
  expect({1, 1, 1, 1}, 0);
}

TEST_F(MailListsTest, TheObserverHearsOfARefusalWithItsListAndCode) {
  internet_.AddDomain("zen.com.", {kListServer},
                      "2.0.0.127 300 A 127.0.0.2\n3.0.0.127 300 A 127.255.255.254\n"
                      "4.0.0.127.sub 300 A 127.0.0.4\n4.0.0.127.sub 300 A 127.255.255.252\n");
  internet_.AddDomain("example.com.", {"192.0.2.20"}, "www 300 A 127.255.255.254\n");
  internet_.SetListObserver(&refusals_);
  AddList();
  AddList("sub.zen.com.");
  internet_.Start();
  Ask("www.example.com.");
  ExpectListed();
  Ask(kNotListed);
  Ask("3.0.0.127.zen.com.", RRType::kTXT);
  EXPECT_TRUE(refusals_.heard.empty());
  Ask("3.0.0.127.zen.com.");
  Ask("3.0.0.127.zen.com.");  // from the store
  Ask("4.0.0.127.sub.zen.com.");
  EXPECT_EQ(refusals_.heard, (std::vector<std::string>{"zen.com. 254", "sub.zen.com. 252"}));
}

}  // namespace
}  // namespace tern::sim
