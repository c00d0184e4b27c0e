// The check of block lists by their test entries (RFC 5782 section 5): at the start, and hourly.
#include "resolver/mail/list_checks.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "tests/sim/small_internet.h"
#include "wire/presentation.h"

namespace tern::sim {
namespace {

using resolver::ListFinding;
using resolver::ListHealth;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view kCheckedServer = "192.0.2.30";
constexpr std::string_view kOtherServer = "192.0.2.31";
constexpr std::string_view kAddressList = "2.0.0.127 300 A 127.0.0.2\n";

// How often the entry that zen.com. lists was asked for.
size_t ChecksOf(SmallInternet& internet) {
  const std::vector<UpstreamQuery>& upstream = internet.world().upstream();
  return static_cast<size_t>(std::count_if(
      upstream.begin(), upstream.end(),
      [](const UpstreamQuery& query) { return query.name == NameOf("2.0.0.127.zen.com."); }));
}

struct Heard {
  std::string zone;
  ListFinding found;

  bool operator==(const Heard&) const = default;
};

class Findings final : public resolver::ListObserver {
 public:
  void OnListRefusal(const wire::Name& zone, uint8_t, resolver::Time) override {
    refusals.push_back(wire::ToText(zone));
  }
  void OnListChecked(const wire::Name& zone, const ListFinding& found) override {
    heard.push_back({wire::ToText(zone), found});
  }

  std::vector<Heard> heard;
  std::vector<std::string> refusals;
};

class ListChecksTest : public testing::Test {
 protected:
  ListChecksTest() { internet_.SetListObserver(&findings_, /*checks=*/true); }
  void TearDown() override {
    // Without lists nothing is left to do.
    internet_.settings().mail.dnsbl.clear();
    internet_.resolver().Reconfigure(internet_.settings());
    EXPECT_EQ(internet_.CheckRest(), "") << internet_.world().Trace();
    EXPECT_EQ(counters().lists_working + counters().lists_failing, 0u);
  }

  ZoneServer* AddList(std::string_view records, std::string_view zone = "zen.com.",
                      std::string_view address = kCheckedServer) {
    internet_.settings().mail.dnsbl.push_back({.zone = NameOf(zone)});
    return internet_.AddDomain(zone, {address}, records)[0];
  }
  // Starts, and lets the first check end.
  void Start() {
    internet_.Start();
    Wait(minutes(1));
  }
  void Wait(resolver::Duration duration) { internet_.world().RunFor(duration); }
  resolver::CounterSnapshot counters() { return internet_.resolver().ReadCounters(); }
  void ExpectHealth(uint64_t working, uint64_t failing) {
    EXPECT_EQ(counters().lists_working, working);
    EXPECT_EQ(counters().lists_failing, failing);
  }
  // The first check of a list with these records finds this.
  void ExpectFound(std::string_view records, const ListFinding& found) {
    findings_.heard.clear();
    internet_.settings().mail.dnsbl.clear();
    AddList(records);
    Start();
    EXPECT_EQ(findings_.heard, (std::vector<Heard>{{"zen.com.", found}})) << records;
    ExpectHealth(0, 1);
  }

  Findings findings_;
  SmallInternet internet_{SimWorld::Options{.seed = 12}};
};

TEST_F(ListChecksTest, AListThatWorksIsAskedHourlyAndNobodyHearsOfIt) {
  AddList(kAddressList);
  Start();
  ExpectHealth(1, 0);
  EXPECT_EQ(ChecksOf(internet_), 1u) << internet_.world().Trace();
  Wait(minutes(58));
  EXPECT_EQ(ChecksOf(internet_), 1u);
  Wait(minutes(2));
  EXPECT_EQ(ChecksOf(internet_), 2u);
  Wait(hours(10));
  EXPECT_EQ(ChecksOf(internet_), 12u);
  EXPECT_TRUE(findings_.heard.empty());
  ExpectHealth(1, 0);
}

TEST_F(ListChecksTest, WithoutListsNothingIsAsked) {
  Start();
  Wait(hours(2));
  EXPECT_TRUE(internet_.world().upstream().empty());
  EXPECT_EQ(internet_.world().armed_timers(), 0u);
}

TEST_F(ListChecksTest, SilenceAtTheStartIsToldOnceAndItsEndToo) {
  ZoneServer* list = AddList(kAddressList);
  list->conduct().fault = Fault::kSilent;
  Start();
  const Heard silent = {"zen.com.", {ListHealth::kSilent}};
  EXPECT_EQ(findings_.heard, std::vector<Heard>{silent});
  ExpectHealth(0, 1);
  Wait(hours(3));
  EXPECT_EQ(findings_.heard, std::vector<Heard>{silent});
  list->conduct().fault = Fault::kNone;
  Wait(hours(1));
  const Heard works = {"zen.com.", {ListHealth::kWorks}};
  EXPECT_EQ(findings_.heard, (std::vector<Heard>{silent, works}));
  ExpectHealth(1, 0);
  list->conduct().fault = Fault::kServFail;
  Wait(hours(1));
  EXPECT_EQ(findings_.heard, (std::vector<Heard>{silent, works, silent}));
  ExpectHealth(0, 1);
}

TEST_F(ListChecksTest, WhatWasSeenIsTold) {
  ExpectFound("* 300 A 127.0.0.2\n", {ListHealth::kListsAll});
  ExpectFound("5.0.0.127 300 A 127.0.0.2\n", {ListHealth::kListsNothing});
  ExpectFound("* 300 A 198.51.100.1\n", {ListHealth::kForeign});
  ExpectFound("* 300 A 127.255.255.254\n", {ListHealth::kRefuses, 254});
  ExpectFound("2.0.0.127 300 A 127.255.255.255\n", {ListHealth::kRefuses, 255});
  // That is told as a refusal when a client asks.
  EXPECT_TRUE(findings_.refusals.empty());
}

TEST_F(ListChecksTest, AnotherFaultThanBeforeIsTold) {
  ZoneServer* list = AddList("5.0.0.127 300 A 127.0.0.2\n");
  Start();
  list->conduct().fault = Fault::kSilent;
  Wait(hours(1));
  EXPECT_EQ(findings_.heard, (std::vector<Heard>{{"zen.com.", {ListHealth::kListsNothing}},
                                                 {"zen.com.", {ListHealth::kSilent}}}));
}

// Lists of names answer questions for addresses with an error of their own.
TEST_F(ListChecksTest, AListOfNamesOrOfIpv6AddressesWorksToo) {
  AddList("*.127 300 A 127.0.1.255\nTEST 300 A 127.0.1.2\n");
  AddList("2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 300 A 127.0.0.2\n",
          "six.com.", kOtherServer);
  Start();
  ExpectHealth(2, 0);
}

TEST_F(ListChecksTest, ASilentListDoesNotKeepTheOthersFromTheirCheck) {
  AddList(kAddressList)->conduct().fault = Fault::kSilent;
  AddList(kAddressList, "bl.com.", kOtherServer);
  Start();
  ExpectHealth(1, 1);
}

TEST_F(ListChecksTest, AListThatComesIsCheckedAtOnceAndTheOthersKeepTheirTime) {
  const ZoneServer* list = AddList(kAddressList);
  Start();
  const size_t asked = list->queries();
  const ZoneServer* other = AddList("", "bl.com.", kOtherServer);
  internet_.resolver().Reconfigure(internet_.settings());
  Wait(seconds(10));
  EXPECT_GT(other->queries(), 0u);
  EXPECT_EQ(list->queries(), asked);
  ExpectHealth(1, 1);
  internet_.settings().mail.dnsbl.pop_back();
  internet_.resolver().Reconfigure(internet_.settings());
  Wait(seconds(1));
  ExpectHealth(1, 0);
}

// A list may leave the configuration while it is being checked.
TEST_F(ListChecksTest, AListThatLeavesDuringItsCheckIsForgotten) {
  AddList(kAddressList)->conduct().fault = Fault::kSilent;
  internet_.Start();
  Wait(seconds(1));
  internet_.settings().mail.dnsbl.clear();
  internet_.resolver().Reconfigure(internet_.settings());
  Wait(minutes(1));
  EXPECT_TRUE(findings_.heard.empty());
  ExpectHealth(0, 0);
}

TEST_F(ListChecksTest, OneWorkerOfSeveralChecks) {
  SmallInternet internet(SimWorld::Options{.seed = 12, .workers = 3});
  internet.settings().mail.dnsbl.push_back({.zone = NameOf("zen.com.")});
  internet.SetListObserver(&findings_, /*checks=*/true);
  internet.AddDomain("zen.com.", {kCheckedServer}, kAddressList);
  internet.Start();
  internet.world().RunFor(minutes(30));
  EXPECT_EQ(ChecksOf(internet), 1u) << internet.world().Trace();
  EXPECT_EQ(internet.resolver().ReadCounters().lists_working, 1u);
  internet_.Start();
}

// A client's question for a test entry is under way. The check is made a minute later.
TEST_F(ListChecksTest, AQuestionThatSomebodyElseAsksPutsTheCheckOff) {
  ZoneServer* list = AddList(kAddressList);
  internet_.Start();
  list->conduct().fault = Fault::kSilent;
  internet_.settings().mail.dnsbl.clear();
  const auto lists = std::vector<resolver::BlockList>{{.zone = NameOf("zen.com.")}};
  internet_.resolver().Reconfigure(internet_.settings());
  Wait(minutes(1));
  internet_.Ask("2.0.0.127.zen.com.", wire::RRType::kA);
  Wait(std::chrono::milliseconds(50));
  internet_.settings().mail.dnsbl = lists;
  internet_.resolver().Reconfigure(internet_.settings());
  Wait(seconds(20));
  EXPECT_TRUE(findings_.heard.empty());
  ExpectHealth(0, 0);
  list->conduct().fault = Fault::kNone;
  Wait(minutes(2));
  ExpectHealth(1, 0);
}

}  // namespace
}  // namespace tern::sim
