// A family of addresses that leads nowhere, although this machine has a route for it.
#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/sim/small_internet.h"

namespace tern::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using wire::Rcode;
using wire::RRType;

constexpr int kZones = 120;

std::string ZoneNumber(int i) { return "zone" + std::to_string(i) + ".com."; }

// Many zones, each with servers of its own: one with an IPv4 address, and one with an IPv6 address.
class TwoFamilies {
 public:
  void AddZones(bool with_ipv6, Fault ipv6_fault) {
    internet_.settings().resolution.ipv6 = resolver::Ipv6Use::kOn;
    for (int i = 0; i < kZones; ++i) {
      ipv4_.push_back("198.51." + std::to_string(i / 200) + "." + std::to_string(1 + i % 200));
      ipv6_.push_back("2001:db8::" + std::to_string(1 + i));
      std::vector<std::string_view> addresses = {ipv4_.back()};
      if (with_ipv6) addresses.push_back(ipv6_.back());
      const auto servers =
          internet_.AddDomain(ZoneNumber(i), addresses, "www 300 A 198.51.100.1\n");
      if (with_ipv6) servers[1]->conduct().fault = ipv6_fault;
      if (with_ipv6) ipv6_servers_.push_back(servers[1]);
    }
  }
  // Asks for a name of each zone; the latencies in order.
  std::vector<Duration> AskEach(int first, int last) {
    std::vector<Duration> all;
    for (int i = first; i < last; ++i) {
      EXPECT_EQ(internet_.Lookup("www." + ZoneNumber(i), RRType::kA).answer.size(), 1u);
      all.push_back(internet_.last_latency());
    }
    std::sort(all.begin(), all.end());
    return all;
  }
  size_t Ipv6Queries() {
    size_t count = 0;
    for (const std::string& address : ipv6_) count += internet_.world().CountUpstream(address);
    return count;
  }

  SmallInternet internet_{SimWorld::Options{.seed = 9}};
  std::vector<ZoneServer*> ipv6_servers_;

 private:
  std::deque<std::string> ipv4_;
  std::deque<std::string> ipv6_;
};

class FamiliesTest : public TwoFamilies, public testing::Test {};

constexpr int kToFindOut = 20;  // zones until the family is known to be broken

// What the clients of the other zones wait for, at the median, at p99 and at most.
std::vector<Duration> Waits(TwoFamilies* world) {
  (void)world->AskEach(0, kToFindOut);
  const std::vector<Duration> all = world->AskEach(kToFindOut, kZones);
  return {all[all.size() / 2], all[all.size() * 99 / 100], all.back()};
}

TEST_F(FamiliesTest, ABrokenFamilyCostsNoClientAnything) {
  TwoFamilies without;
  without.AddZones(/*with_ipv6=*/false, Fault::kNone);
  without.internet_.Start();
  const std::vector<Duration> best = Waits(&without);
  for (const Fault fault : {Fault::kSilent, Fault::kUnreachable}) {
    TwoFamilies broken;
    broken.AddZones(/*with_ipv6=*/true, fault);
    broken.internet_.Start();
    EXPECT_EQ(Waits(&broken), best);
    // Those that found it out.
    EXPECT_LE(broken.Ipv6Queries(), 10u) << broken.internet_.world().Trace();
  }
}

TEST_F(FamiliesTest, AFamilyThatComesBackIsUsedAgain) {
  AddZones(/*with_ipv6=*/true, Fault::kSilent);
  internet_.Start();
  (void)AskEach(0, 50);
  for (ZoneServer* server : ipv6_servers_) server->conduct().fault = Fault::kNone;
  internet_.world().RunFor(seconds(31));
  const size_t before = Ipv6Queries();
  (void)AskEach(50, kZones);
  EXPECT_GE(Ipv6Queries() - before, 20u);
}

// Name servers without glue. Over IPv4 they refuse, so their IPv6 addresses are of interest.
TEST_F(FamiliesTest, AddressesOfABrokenFamilyAreNotLookedUpUntilItIsBack) {
  AddZones(/*with_ipv6=*/true, Fault::kSilent);
  constexpr int kGlueless = 20;
  std::string hosts;
  for (int i = 0; i < kGlueless; ++i) {
    const std::string n = std::to_string(i);
    internet_.AddToTld("com.", "glueless" + n + ".com. 3600 NS ns" + n + ".hosts.net.");
    hosts += "ns" + n + " 300 A 203.0.113." + n + "\nns" + n + " 300 AAAA 2001:db8:9::" + n + "\n";
    const std::string zone = "@ 3600 SOA ns root 1 2 3 4 300\nwww 300 A 198.51.100.1\n";
    internet_.AddServer("203.0.113." + n, "glueless" + n + ".com.", zone)->conduct().fault =
        Fault::kRefused;
    ipv6_servers_.push_back(
        internet_.AddServer("2001:db8:9::" + n, "glueless" + n + ".com.", zone));
    ipv6_servers_.back()->conduct().fault = Fault::kSilent;
  }
  internet_.AddDomain("hosts.net.", {"192.0.2.40"}, hosts);
  internet_.Start();
  (void)AskEach(0, kToFindOut);
  const auto look_ups = [this] {
    const auto& all = internet_.world().upstream();
    return std::count_if(all.begin(), all.end(), [](const UpstreamQuery& query) {
      return query.type == RRType::kAAAA && query.server.address.ToText() == "192.0.2.40";
    });
  };
  const auto ask = [this](int i) {
    return internet_.Lookup("www.glueless" + std::to_string(i) + ".com.", RRType::kA).answer.size();
  };
  for (int i = 0; i < kGlueless / 2; ++i) EXPECT_EQ(ask(i), 0u);
  EXPECT_EQ(look_ups(), 1);  // to find out how the family is
  for (ZoneServer* server : ipv6_servers_) server->conduct().fault = Fault::kNone;
  internet_.world().RunFor(seconds(31));
  (void)AskEach(kToFindOut, 2 * kToFindOut);
  for (int i = kGlueless / 2; i < kGlueless; ++i) EXPECT_EQ(ask(i), 1u);
}

TEST_F(FamiliesTest, ZonesOfTheBrokenFamilyOnlyAreAskedAsAlways) {
  AddZones(/*with_ipv6=*/true, Fault::kSilent);
  // Three of four servers are silent. So the living one is most likely not the first that is asked.
  const std::vector<ZoneServer*> servers = internet_.AddDomain(
      "six.com.", {"2001:db8:6::1", "2001:db8:6::2", "2001:db8:6::3", "2001:db8:6::4"},
      "www 300 A 198.51.100.1\n");
  for (size_t i = 1; i < servers.size(); ++i) servers[i]->conduct().fault = Fault::kSilent;
  internet_.Start();
  (void)AskEach(0, 100);
  EXPECT_EQ(internet_.Lookup("www.six.com.", RRType::kA).answer.size(), 1u);
  EXPECT_LE(internet_.last_latency(), milliseconds(150));
}

}  // namespace
}  // namespace tern::sim
