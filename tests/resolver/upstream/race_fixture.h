// What tests of races share: a world whose servers of example. may be broken, and its words.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "resolver/upstream/race.h"
#include "tests/support/recursor_world.h"

namespace tern::resolver::upstream {

using sim::Fault;
using sim::SimAnswer;
using sim::SimQuery;
using test::HeardAnswer;
using test::kOneServer;
using test::kServerA;
using test::kServerB;
using test::kTwoServers;
using test::milliseconds;
using test::N;
using test::Octets;
using test::PlainMessage;
using test::RecursorWorld;
using test::seconds;
using wire::Rcode;
using wire::RRType;

class RaceFixture : public testing::Test {
 protected:
  // Servers A and B, so far away.
  void AddBoth(std::string_view zone, milliseconds a = milliseconds(10),
               milliseconds b = milliseconds(10)) {
    a_ = world_.Add(kServerA, "example.", zone, a);
    b_ = world_.Add(kServerB, "example.", zone, b);
  }

  RecursorWorld world_;
  sim::ZoneServer* a_ = nullptr;
  sim::ZoneServer* b_ = nullptr;
};

inline constexpr std::string_view kZone = "www 300 A 203.0.113.1\nmail 300 A 203.0.113.2\n";

// Servers whose speed is known, and how often and when they were asked.
class RaceWorld : public RaceFixture {
 protected:
  void StartOne() {
    a_ = world_.Add(kServerA, "example.", kZone);
    world_.Start(kOneServer);
  }
  void StartTwo(milliseconds a = milliseconds(10), milliseconds b = milliseconds(10)) {
    AddBoth(kZone, a, b);
    world_.Start(kTwoServers);
  }
  // Makes the root and both servers known, and how fast they are.
  void WarmUp() {
    for (int i = 0; i < 40; ++i) world_.Lookup("w" + std::to_string(i) + ".example.");
    first_ = world_.world().upstream().size();
  }
  // From now on nobody is asked beside another server, and no query is repeated early.
  void SpendTheHedgeCredit() {
    while (world_.recursor().facilities().hedge_credit.Spend()) {
    }
  }
  size_t Sent(std::string_view address = "") {
    return world_.world().CountUpstream(address, first_);
  }
  std::vector<Duration> SendTimes() {
    std::vector<Duration> times;
    const auto& upstream = world_.world().upstream();
    for (size_t i = first_; i < upstream.size(); ++i) {
      times.push_back(upstream[i].at - upstream[first_].at);
    }
    return times;
  }
  ServerKey KeyOf(std::string_view address) {
    return world_.table().KeyOf(*Endpoint::Parse(address, 53));
  }
  Time Now() { return world_.world().Now(); }

  size_t first_ = 0;
};

}  // namespace tern::resolver::upstream
