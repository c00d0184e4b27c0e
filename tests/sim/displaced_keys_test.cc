// A worker's table of trusted keys has few places. A zone that takes the place of another one while
// that one is needed costs a look into the store, and no answer.
#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "resolver/dnssec/trust_table.h"
#include "tests/sim/signed_tlds.h"

namespace tern::sim {
namespace {

using std::chrono::milliseconds;
using wire::RRType;

constexpr std::string_view kHost = "192.0.2.20";
constexpr std::string_view kOtherHost = "192.0.2.21";

size_t PlaceOf(ResolverUnderTest& resolver, std::string_view zone) {
  return resolver.store().Hash(NameOf(zone).view()) % resolver::dnssec::TrustTable::kPlaces;
}

// A name whose keys want the same place as those of `zone`. The store's hashes do not depend on
// what the internet has.
std::string NameThatDisplaces(std::string_view zone) {
  SignedTlds internet({.seed = 6});
  internet.Start();
  const size_t place = PlaceOf(internet.resolver(), zone);
  for (int i = 0;; ++i) {
    std::string name = "d" + std::to_string(i) + ".com.";
    if (PlaceOf(internet.resolver(), name) == place) return name;
  }
}

// The first question is asked for a DS while the second one's keys come, at one of many moments.
TEST(DisplacedKeysTest, AZoneThatTakesThePlaceOfAnotherCostsNoAnswer) {
  const std::string other = NameThatDisplaces("example.com.");
  for (int wait = 0; wait < 120; wait += 2) {
    SignedTlds internet({.seed = 6});
    ZoneServer* const server = internet.AddSigned("example.com.", kHost, "sub 3600 NS ns1\n");
    server->AddZone("sub.example.com.",
                    "sub.example.com. 3600 SOA ns1.example.com. h. 1 7200 3600 604800 300\n"
                    "sub.example.com. 3600 NS ns1.example.com.\n"
                    "x.sub.example.com. 300 A 198.51.100.7\n");
    internet.AddSigned(other, kOtherHost, "www 300 A 198.51.100.8\n");
    internet.Start();
    ASSERT_EQ(PlaceOf(internet.resolver(), other), PlaceOf(internet.resolver(), "example.com."));
    SimWorld& world = internet.world();
    const ClientQueryId first =
        world.AskDatagram(MakeQuery(1, "x.sub.example.com.", RRType::kA).Encode());
    world.RunFor(milliseconds(wait));
    const ClientQueryId second =
        world.AskDatagram(MakeQuery(2, "www." + other, RRType::kA).Encode());
    for (const ClientQueryId id : {first, second}) {
      ASSERT_TRUE(world.RunUntilAnswered(id, milliseconds(7500)));
      const PlainMessage answer = *world.client_query(id).Message();
      EXPECT_EQ(answer.rcode, wire::Rcode::kNoError) << wait << " " << answer.ToText();
    }
  }
}

}  // namespace
}  // namespace tern::sim
