// What those who watch see of the clients' traffic and of failures.
#include "resolver/service/recent_traffic.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/small_internet.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"

namespace tern::resolver::service {
namespace {

using sim::MakeQuery;
using sim::SimWorld;
using sim::SmallInternet;
using wire::ExtendedError;
using wire::RRType;

constexpr std::string_view kTrafficServer = "192.0.2.20";

std::string NameIn(const TopList::Entry& entry) {
  const auto& content = entry.content;
  const auto name =
      wire::NameView::FromWire({reinterpret_cast<const uint8_t*>(content.data()), content.size()});
  return name ? wire::ToText(*name) : "no name";
}

class RecentTrafficTest : public testing::Test {
 protected:
  explicit RecentTrafficTest(size_t workers = 1)
      : internet_(SimWorld::Options{.seed = 5, .workers = workers}) {
    servers_ = internet_.AddDomain("example.com.", {kTrafficServer},
                                   "www 300 A 198.51.100.1\nmail 300 A 198.51.100.2\n");
  }
  void TearDown() override { EXPECT_EQ(internet_.CheckRest(), ""); }

  void Lookup(std::string_view name, RRType type = RRType::kA) {
    (void)internet_.Lookup(name, type);
  }
  Traffic Read() {
    Traffic traffic = internet_.resolver().ReadTraffic(internet_.world().Now());
    for (TopList::Snapshot* list :
         {&traffic.names, &traffic.types, &traffic.clients, &traffic.failing}) {
      list->KeepTop(20);
    }
    return traffic;
  }

  SmallInternet internet_;
  std::vector<sim::ZoneServer*> servers_;
};

class OfSeveralWorkersTest : public RecentTrafficTest {
 protected:
  OfSeveralWorkersTest() : RecentTrafficTest(3) {}
};

TEST_F(OfSeveralWorkersTest, NamesAndTypesAreCountedWhoeverAsksAndInWhateverCase) {
  internet_.Start();
  for (int i = 0; i < 6; ++i) Lookup(i % 2 == 0 ? "www.example.com." : "WWW.Example.com.");
  Lookup("mail.example.com.", RRType::kMX);
  const Traffic traffic = Read();
  ASSERT_EQ(traffic.names.entries.size(), 2u);
  EXPECT_EQ(NameIn(traffic.names.entries[0]), "www.example.com.");
  EXPECT_EQ(traffic.names.entries[0].count, 6);
  EXPECT_EQ(NameIn(traffic.names.entries[1]), "mail.example.com.");
  EXPECT_EQ(traffic.names.total, 7);
  ASSERT_EQ(traffic.types.entries.size(), 2u);
  EXPECT_EQ(traffic.types.entries[0].content, std::string("\0\1", 2));
  EXPECT_EQ(traffic.types.entries[0].count, 6);
  EXPECT_TRUE(traffic.failures.empty());
}

TEST_F(RecentTrafficTest, ClientsAreShownByPrefix) {
  internet_.Start();
  Lookup("www.example.com.");
  Lookup("www.example.com.");
  const Traffic traffic = Read();
  ASSERT_EQ(traffic.clients.entries.size(), 1u);  // each query has an address of its own
  EXPECT_EQ(traffic.clients.entries[0].content, std::string("\x18\x0a\0\0\0", 5));
  EXPECT_EQ(traffic.clients.entries[0].count, 2);
}

TEST_F(RecentTrafficTest, TheOperatorMayWantWholeAddressesOrNone) {
  internet_.settings().http.top_clients = TopClients::kFull;
  internet_.Start();
  Lookup("www.example.com.");
  Lookup("www.example.com.");
  Traffic traffic = Read();
  ASSERT_EQ(traffic.clients.entries.size(), 2u);
  EXPECT_EQ(traffic.clients.entries[0].content.front(), 32);
  internet_.settings().http.top_clients = TopClients::kOff;
  internet_.Start();
  Lookup("www.example.com.");
  traffic = Read();
  EXPECT_TRUE(traffic.clients.entries.empty());
  EXPECT_EQ(traffic.clients.total, 0);
  EXPECT_EQ(traffic.names.total, 1);
}

TEST_F(RecentTrafficTest, AFailingZoneIsNamedWithTheReason) {
  servers_[0]->conduct().fault = sim::Fault::kServFail;
  internet_.Start();
  for (const std::string_view name : {"a.example.com.", "b.example.com.", "a.example.com."}) {
    Lookup(name);
  }
  const Traffic traffic = Read();
  ASSERT_EQ(traffic.failing.entries.size(), 1u);
  EXPECT_EQ(traffic.failing.entries[0].count, 3);
  const auto zone = UnpackFailure(traffic.failing.entries[0].content);
  ASSERT_TRUE(zone);
  EXPECT_EQ(wire::ToText(zone->zone), "example.com.");
  EXPECT_EQ(wire::ToText(zone->name), "a.example.com.");
  EXPECT_NE(zone->error, ExtendedError::kNone);
  ASSERT_EQ(traffic.failures.size(), 2u);
  const NotedFailure& last = traffic.failures[0];
  EXPECT_EQ(wire::ToText(last.name), "a.example.com.");
  EXPECT_EQ(last.times, 2u);
  EXPECT_EQ(last.rcode, wire::Rcode::kServFail);
  EXPECT_EQ(last.type, RRType::kA);
  EXPECT_FALSE(last.text.empty());
  EXPECT_LE(internet_.world().Now() - last.last, std::chrono::seconds(1));
}

// A flood of failing names: the zone is at the top, and the places stay as many as they are.
TEST(RecentFailuresTest, TheLastFailuresAreBounded) {
  RecentTraffic recent(SipKey{{1, 2}});
  const wire::Name zone = *wire::ParseName("Example.COM");
  for (int i = 0; i < 1000; ++i) {
    const wire::Name name = *wire::ParseName("n" + std::to_string(i) + ".example.com");
    recent.NoteFailure({.name = name,
                        .type = RRType::kA,
                        .zone = zone,
                        .error = ExtendedError::kNoReachableAuthority,
                        .text = std::string(1000, 'x'),
                        .last = Time(std::chrono::seconds(1000 + i))},
                       wire::HashName(name, 1), wire::HashName(zone, 1));
  }
  Traffic traffic;
  recent.AddTo(&traffic, Time(std::chrono::seconds(2000)));
  ASSERT_EQ(traffic.failures.size(), kLastFailuresMax);
  EXPECT_EQ(wire::ToText(traffic.failures[0].name), "n999.example.com.");
  EXPECT_EQ(traffic.failures[0].text, std::string(kNotedTextMax, 'x'));
  EXPECT_EQ(wire::ToText(traffic.failures.back().name),
            "n" + std::to_string(1000 - kLastFailuresMax) + ".example.com.");
  ASSERT_EQ(traffic.failing.entries.size(), 1u);
  EXPECT_EQ(wire::ToText(UnpackFailure(traffic.failing.entries[0].content)->zone), "example.com.");
}

TEST(NotedFailureTest, WhatWasNotPackedIsNotUnpacked) {
  NotedFailureRoom room;
  const wire::Name name = *wire::ParseName("example.com");
  const auto packed = PackFailure({.name = name, .zone = name}, room);
  const std::string whole(packed.begin(), packed.end());
  EXPECT_TRUE(UnpackFailure(whole));
  for (size_t octets = 0; octets < whole.size(); ++octets) {
    EXPECT_FALSE(UnpackFailure(whole.substr(0, octets))) << octets;
  }
}

}  // namespace
}  // namespace tern::resolver::service
