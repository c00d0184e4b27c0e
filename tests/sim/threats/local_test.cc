// "Special names (RFC 6761, 6303, 7686, 8375, 9462)" and "Self-query": which names are never sent,
// and which addresses are never asked.
#include "tests/sim/threats/threat_test.h"

namespace tern::sim {
namespace {

// From the documents, not from the resolver's own table.
std::vector<std::string> SpecialNames() {
  std::vector<std::string> names = {
      // RFC 6761 sections 6.2 to 6.4
      "test.", "localhost.", "invalid.",
      // RFC 7686, RFC 8375, RFC 9462, and RFC 6762 and 9476 beside them
      "onion.", "home.arpa.", "resolver.arpa.", "local.", "alt.",
      // RFC 6303 section 4.2
      "0.in-addr.arpa.", "127.in-addr.arpa.", "254.169.in-addr.arpa.", "2.0.192.in-addr.arpa.",
      "100.51.198.in-addr.arpa.", "113.0.203.in-addr.arpa.", "255.255.255.255.in-addr.arpa.",
      // RFC 6303 sections 4.4 to 4.6
      "d.f.ip6.arpa.", "8.e.f.ip6.arpa.", "9.e.f.ip6.arpa.", "a.e.f.ip6.arpa.", "b.e.f.ip6.arpa.",
      "8.b.d.0.1.0.0.2.ip6.arpa.",
      // RFC 6303 section 4.1
      "10.in-addr.arpa.", "168.192.in-addr.arpa."};
  for (int i = 16; i <= 31; ++i) names.push_back(std::to_string(i) + ".172.in-addr.arpa.");
  // RFC 6303 section 4.3
  std::string zeros;
  for (int i = 0; i < 31; ++i) zeros += "0.";
  names.push_back("0." + zeros + "ip6.arpa.");
  names.push_back("1." + zeros + "ip6.arpa.");
  return names;
}

// Names beside them that are in the DNS.
constexpr const char* kOrdinaryNames[] = {
    "example.",
    "tests.",
    "localhost.com.",
    "onions.",
    "arpa.",
    "in-addr.arpa.",
    "ip6.arpa.",
    "11.in-addr.arpa.",
    "110.in-addr.arpa.",
    "15.172.in-addr.arpa.",
    "32.172.in-addr.arpa.",
    "167.192.in-addr.arpa.",
    "169.192.in-addr.arpa.",
    "253.169.in-addr.arpa.",
    "3.0.192.in-addr.arpa.",
    "254.255.255.255.in-addr.arpa.",
    "c.e.f.ip6.arpa.",
    "7.e.f.ip6.arpa.",
    "c.f.ip6.arpa.",
    "9.b.d.0.1.0.0.2.ip6.arpa.",
    "home.arpa.com.",
    "ipv4only.arpa.",
    "resolver.com.",
    "_dns.resolver.arpa.net.",
    "2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa."};

class LocalNamesTest : public ThreatTest {};

// "answered locally, never sent upstream"
TEST_F(LocalNamesTest, SpecialNamesAndAllBelowThemAreNeverSent) {
  internet_.Start();
  for (const std::string& zone : SpecialNames()) {
    for (const std::string& name : {zone, "x." + zone, "a.B.C." + zone}) {
      for (const RRType type : {RRType::kA, RRType::kAAAA, RRType::kPTR, RRType::kNS, RRType::kSOA,
                                RRType::kDS, RRType::kSVCB, RRType::kTXT}) {
        const PlainMessage answer = internet_.Lookup(name, type);
        EXPECT_TRUE(answer.rcode == Rcode::kNoError || answer.rcode == Rcode::kNXDomain)
            << name << " " << answer.ToText();
      }
    }
  }
  EXPECT_EQ(Sent(), 0u) << Trace();
  EXPECT_EQ(Stored("."), Lines());
}

// Each in a world of its own. Here arpa. does not exist, which denies all names below it (RFC
// 8020).
TEST_F(LocalNamesTest, NamesBesideSpecialOnesAreSent) {
  internet_.Start();
  for (const char* name : kOrdinaryNames) {
    SmallInternet internet(SimWorld::Options{.seed = 4});
    internet.Start();
    internet.Lookup(name, RRType::kPTR);
    EXPECT_GT(internet.last_upstream_queries(), 0u) << name;
    EXPECT_EQ(internet.CheckRest(), "");
  }
}

TEST_F(LocalNamesTest, LocalhostIsThisMachine) {
  internet_.Start();
  for (const char* name : {"localhost.", "a.localhost.", "A.B.LocalHost."}) {
    EXPECT_EQ(internet_.Lookup(name, RRType::kA).answer.at(0).rdata, (Octets{127, 0, 0, 1}));
    EXPECT_EQ(internet_.Lookup(name, RRType::kAAAA).answer.at(0).rdata,
              (Octets{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}));
  }
  for (const char* name : {"x.test.", "x.invalid.", "x.onion.", "x.home.arpa.", "x.resolver.arpa.",
                           "1.2.3.10.in-addr.arpa."}) {
    const PlainMessage answer = internet_.Lookup(name, RRType::kA);
    EXPECT_EQ(answer.rcode, Rcode::kNXDomain) << name;
    ASSERT_EQ(answer.authority.size(), 1u) << name;  // so that stubs may keep it
    EXPECT_EQ(answer.authority[0].type, RRType::kSOA);
  }
  // No encrypted transport is offered: NODATA (RFC 9462 section 6.4), for any name of the owner.
  const PlainMessage designated = internet_.Lookup("_dns.resolver.arpa.", RRType::kSVCB);
  EXPECT_EQ(designated.rcode, Rcode::kNoError);
  EXPECT_TRUE(designated.answer.empty());
}

// An alias into a special zone does not leave this machine either.
TEST_F(LocalNamesTest, AliasesToSpecialNamesAreAnsweredHere) {
  internet_.AddDomain(
      "example.com.", {kVictim},
      "a 300 CNAME x.onion.\nb 300 CNAME localhost.\nc 300 CNAME 1.0.0.10.in-addr.arpa.\n");
  internet_.Start();
  for (const char* name : {"a.example.com.", "b.example.com.", "c.example.com."}) {
    internet_.Lookup(name, RRType::kA);
    for (const UpstreamQuery& query : internet_.world().upstream()) {
      EXPECT_TRUE(query.name.view().IsRoot() || query.name.view().IsSubdomainOf(NameOf("com.")));
    }
  }
}

// "never query own or never_query addresses, 0.0.0.0 and :: glue included"
class SelfQueryTest : public ThreatTest {
 protected:
  // A zone whose only server has that address. It has glue, or its own zone gives the address.
  void ExpectNotAsked(std::string_view address, bool glue) {
    SCOPED_TRACE(std::string(address) + (glue ? " as glue" : " as an address record"));
    SmallInternet internet(SimWorld::Options{.seed = 4});
    internet.settings().resolution.never_query = {*resolver::Prefix::Parse("127.0.0.0/8"),
                                                  *resolver::Prefix::Parse("::1/128"),
                                                  *resolver::Prefix::Parse("198.18.0.0/15")};
    internet.settings().resolution.own = {*resolver::Prefix::Parse("192.0.2.53/32"),
                                          *resolver::Prefix::Parse("2001:db8::53/128")};
    const std::string record = (address.find(':') != std::string_view::npos ? " AAAA " : " A ") +
                               std::string(address) + "\n";
    if (glue) {
      internet.AddToTld("com.", "trap.com. 3600 NS ns.trap.com.\nns.trap.com. 3600" + record);
    } else {
      internet.AddToTld("com.", "trap.com. 3600 NS ns.names.net.\n");
      internet.AddDomain("names.net.", {"192.0.2.60"}, "ns 300" + record);
    }
    internet.Start();
    const PlainMessage answer = internet.Lookup("www.trap.com.", RRType::kA);
    EXPECT_EQ(answer.rcode, Rcode::kServFail);
    EXPECT_EQ(ExtendedErrorOf(answer), wire::ExtendedError::kNoReachableAuthority);
    EXPECT_LE(internet.last_upstream_queries(), 10u) << internet.world().Trace();
    for (const UpstreamQuery& query : internet.world().upstream()) {
      const std::string asked = query.server.address.ToText();
      EXPECT_TRUE(asked == SmallInternet::kRoot || asked == SmallInternet::kCom ||
                  asked == SmallInternet::kNet || asked == "192.0.2.60")
          << asked;
    }
    EXPECT_LT(internet.last_latency(), milliseconds(500));
    EXPECT_EQ(internet.CheckRest(), "");
  }
};

TEST_F(SelfQueryTest, AddressesThatAreNoServersAreNotAsked) {
  for (const char* address :
       {"0.0.0.0", "::", "127.0.0.1", "127.9.9.9", "::1", "198.18.7.7", "::ffff:127.0.0.1",
        "::ffff:198.18.0.1", "::ffff:8.8.8.8", "255.255.255.255", "224.0.0.1", "ff02::1"}) {
    ExpectNotAsked(address, true);
    ExpectNotAsked(address, false);
  }
}

TEST_F(SelfQueryTest, OwnAddressesAreNotAsked) {
  for (const char* address : {"192.0.2.53", "2001:db8::53", "::ffff:192.0.2.53"}) {
    ExpectNotAsked(address, true);
    ExpectNotAsked(address, false);
  }
}

}  // namespace
}  // namespace tern::sim
