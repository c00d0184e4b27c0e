// What tests of races share: a world whose servers of example. may be broken, and its words.
#pragma once

#include <gtest/gtest.h>

#include <string_view>

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

}  // namespace tern::resolver::upstream
