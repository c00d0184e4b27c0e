#include "resolver/resolution/in_flight.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/recursor_world.h"
#include "wire/presentation.h"

namespace tern::resolver::resolution {
namespace {

using test::kOneServer;
using test::kServerA;
using test::milliseconds;
using test::RecursorWorld;
using test::seconds;
using wire::RRType;

TEST(InFlightTest, TheOldestComesFirstWithWhomItWaitsFor) {
  RecursorWorld world;
  world.Start(kOneServer);  // nobody is at the server's address
  world.Ask("first.example.", RRType::kA);
  world.Run(milliseconds(100));
  world.Ask("second.example.", RRType::kAAAA);
  world.Ask("second.example.", RRType::kAAAA);
  world.Run(milliseconds(60));
  const InFlight in_flight = world.recursor().ReadInFlight(10);
  EXPECT_EQ(in_flight.jobs, 2u);
  EXPECT_EQ(in_flight.of_clients, 2u);
  ASSERT_EQ(in_flight.oldest.size(), 2u);
  const QuestionInFlight& first = in_flight.oldest[0];
  EXPECT_EQ(world.world().Now() - first.asked_at, milliseconds(160));
  EXPECT_EQ(first.clients, 1u);
  EXPECT_EQ(first.queries_sent, 2);  // to the root, and to the silent server
  ASSERT_EQ(first.steps.size(), 1u);
  EXPECT_EQ(wire::ToText(first.steps[0].name), "first.example.");
  EXPECT_EQ(wire::ToText(first.steps[0].zone), "example.");
  ASSERT_EQ(first.steps[0].asked.size(), 1u);
  EXPECT_EQ(first.steps[0].asked[0].server.ToText(), std::string(kServerA) + ":53");
  EXPECT_LT(first.steps[0].asked[0].sent, world.world().Now() - milliseconds(100));
  EXPECT_FALSE(first.steps[0].asked[0].is_late);
  EXPECT_EQ(in_flight.oldest[1].clients, 2u);
  EXPECT_EQ(in_flight.oldest[1].steps[0].type, RRType::kAAAA);
  world.Run(seconds(15));
  EXPECT_EQ(world.recursor().ReadInFlight(10).of_clients, 0u);
}

TEST(InFlightTest, ASilentServerIsLateAndItsAnswerStillAwaited) {
  RecursorWorld world;
  world.Start(kOneServer);
  world.Ask("www.example.", RRType::kA);
  world.Run(milliseconds(600));
  const InFlight in_flight = world.recursor().ReadInFlight(10);
  ASSERT_EQ(in_flight.oldest.size(), 1u);
  ASSERT_FALSE(in_flight.oldest[0].steps[0].asked.empty());
  EXPECT_TRUE(in_flight.oldest[0].steps[0].asked[0].is_late);
}

TEST(InFlightTest, AQuestionThatNeedsAnotherNamesIt) {
  RecursorWorld world;
  world.Start("example. 3600 NS ns.other.\nother. 3600 NS a.other.\na.other. 3600 A 192.0.2.1\n");
  world.Ask("www.example.", RRType::kA);
  world.Run(milliseconds(150));
  const InFlight in_flight = world.recursor().ReadInFlight(10);
  ASSERT_EQ(in_flight.oldest.size(), 1u);
  const std::vector<InFlightStep>& steps = in_flight.oldest[0].steps;
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_TRUE(steps[0].asked.empty());
  EXPECT_EQ(wire::ToText(steps[1].name), "ns.other.");
  ASSERT_EQ(steps[1].asked.size(), 1u);
  EXPECT_EQ(steps[1].asked[0].server.ToText(), std::string(kServerA) + ":53");
}

TEST(InFlightTest, OnlyTheOldestAreTold) {
  RecursorWorld world;
  world.Start(kOneServer);
  for (int i = 0; i < 20; ++i) {
    world.Ask("n" + std::to_string(i) + ".example.", RRType::kA);
    world.Run(milliseconds(5));
  }
  const InFlight in_flight = world.recursor().ReadInFlight(3);
  EXPECT_EQ(in_flight.of_clients, 20u);
  ASSERT_EQ(in_flight.oldest.size(), 3u);
  EXPECT_EQ(wire::ToText(in_flight.oldest[0].steps[0].name), "n0.example.");
  EXPECT_EQ(wire::ToText(in_flight.oldest[2].steps[0].name), "n2.example.");
  EXPECT_TRUE(world.recursor().ReadInFlight(0).oldest.empty());
}

}  // namespace
}  // namespace tern::resolver::resolution
