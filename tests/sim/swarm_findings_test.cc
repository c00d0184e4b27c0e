// What the swarm found, each as the smallest world that shows it.
#include "gtest/gtest.h"
#include "tests/sim/small_internet.h"

namespace tern::sim {
namespace {

using wire::RRType;

// Seed 386 found it: the child's server, whose chain led to its own apex, denied the DS that stands
// in the parent, and was believed (RFC 4035 section 3.1.4.1).
TEST(SwarmFindingsTest, DsAtTheApexThatAnAliasLeadsToIsAskedAtTheParent) {
  SmallInternet internet(SimWorld::Options{.seed = 386});
  internet.AddDomain("example.com.", {"192.0.2.20"}, "alias 300 CNAME example.com.\n");
  internet.AddToTld("com.", "example.com. 3600 DS 1 8 2 " + std::string(64, '0'));
  internet.Start();
  const PlainMessage answer = internet.Lookup("alias.example.com.", RRType::kDS);
  ASSERT_EQ(answer.answer.size(), 2u) << answer.ToText();
  EXPECT_EQ(answer.answer[1].type, RRType::kDS);
  // And so it stays.
  EXPECT_EQ(internet.Lookup("example.com.", RRType::kDS).answer.size(), 1u);
}

}  // namespace
}  // namespace tern::sim
