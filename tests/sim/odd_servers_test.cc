// Servers that say the right thing in an odd way, and zones that hang together in an odd way. Each
// kind has been seen in the public tree.
#include <functional>

#include "gtest/gtest.h"
#include "tests/sim/small_internet.h"

namespace tern::sim {
namespace {

using std::chrono::milliseconds;
using wire::Rcode;
using wire::RRType;

// Changes what an honest server says.
class TwistedServer : public SimServer {
 public:
  using Twist = std::function<void(const SimQuery& query, PlainMessage* reply)>;
  TwistedServer(ZoneServer* honest, Twist twist) : honest_(honest), twist_(std::move(twist)) {}

  SimAnswer OnQuery(const SimQuery& sim_query) override {
    const std::optional<PlainMessage> query = PlainMessage::Decode(sim_query.octets);
    if (!query) return {};
    PlainMessage reply = honest_->Answer(*query);
    twist_(sim_query, &reply);
    return {{{reply.Encode()}}, false};
  }

 private:
  ZoneServer* honest_;
  Twist twist_;
};

void SetFlags(PlainMessage* reply, uint16_t flags) { reply->flags |= flags; }
void ClearFlags(PlainMessage* reply, uint16_t flags) {
  reply->flags &= static_cast<uint16_t>(~flags);
}
bool IsNegative(const PlainMessage& reply) {
  return !reply.authority.empty() && reply.authority[0].type == RRType::kSOA;
}
void OwnSoaBy(std::string_view owner, PlainMessage* reply) {
  if (IsNegative(*reply)) reply->authority[0].owner = NameOf(owner);
}
PlainRecord NameServerOf(std::string_view zone, std::string_view server) {
  const wire::Name target = NameOf(server);
  return {NameOf(zone), RRType::kNS, wire::RRClass::kIN, 300,
          Octets(target.data(), target.data() + target.size())};
}

struct OddWay {
  const char* what;
  TwistedServer::Twist twist;
};

std::vector<OddWay> OddWays() {
  return {
      {"AA is never there",
       [](const SimQuery&, PlainMessage* reply) { ClearFlags(reply, wire::kFlagAA); }},
      {"AA is there for every second reply",
       [is_odd = false](const SimQuery&, PlainMessage* reply) mutable {
         if ((is_odd = !is_odd)) ClearFlags(reply, wire::kFlagAA);
       }},
      {"all flags are set that mean nothing here",
       [](const SimQuery&, PlainMessage* reply) {
         SetFlags(reply, wire::kFlagRD | wire::kFlagRA | wire::kFlagAD | wire::kFlagCD | 0x40);
       }},
      {"denials have the zone's NS records and no SOA (RFC 2308 section 2.1, type 4)",
       [](const SimQuery&, PlainMessage* reply) {
         if (IsNegative(*reply))
           reply->authority = {NameServerOf("example.com.", "ns1.example.com.")};
       }},
      {"denials have the SOA of the zone above",
       [](const SimQuery&, PlainMessage* reply) { OwnSoaBy("com.", reply); }},
      {"denials have the SOA of a zone beside",
       [](const SimQuery&, PlainMessage* reply) { OwnSoaBy("example.net.", reply); }},
      {"denials have an SOA at the name itself",
       [](const SimQuery&, PlainMessage* reply) {
         if (IsNegative(*reply)) reply->authority[0].owner = reply->questions[0].name;
       }},
      {"denials have their SOA in the answer section",
       [](const SimQuery&, PlainMessage* reply) {
         if (IsNegative(*reply)) std::swap(reply->answer, reply->authority);
       }},
      {"every record is there twice",
       [](const SimQuery&, PlainMessage* reply) {
         for (auto* section : {&reply->answer, &reply->authority, &reply->additional}) {
           const std::vector<PlainRecord> once = *section;
           section->insert(section->end(), once.begin(), once.end());
         }
       }},
      {"the records of an answer come in the wrong order",
       [](const SimQuery&, PlainMessage* reply) {
         std::reverse(reply->answer.begin(), reply->answer.end());
       }},
      {"NXDOMAIN beside an answer",
       [](const SimQuery&, PlainMessage* reply) {
         if (!reply->answer.empty()) reply->rcode = Rcode::kNXDomain;
       }},
      {"an address, whatever the type that was asked",
       [](const SimQuery&, PlainMessage* reply) {
         const PlainQuestion& asked = reply->questions[0];
         if (!asked.name.view().Equals(NameOf("www.example.com."))) return;
         reply->authority.clear();
         reply->answer = {
             {asked.name, RRType::kA, wire::RRClass::kIN, 300, Octets{198, 51, 100, 1}}};
       }},
      {"NXDOMAIN with the zone's NS records, and neither AA nor SOA",
       [](const SimQuery&, PlainMessage* reply) {
         if (reply->rcode != Rcode::kNXDomain) return;
         ClearFlags(reply, wire::kFlagAA);
         reply->authority = {NameServerOf("example.com.", "ns1.example.com.")};
       }},
      {"no OPT, although the query had one",
       [](const SimQuery&, PlainMessage* reply) { reply->edns.reset(); }},
      {"an OPT, although the query had none",
       [](const SimQuery&, PlainMessage* reply) { reply->edns.emplace(); }},
      {"NXDOMAIN beside an alias to another zone",
       [](const SimQuery&, PlainMessage* reply) {
         if (reply->answer.size() == 1 && reply->answer[0].type == RRType::kCNAME) {
           reply->rcode = Rcode::kNXDomain;
         }
       }},
      {"a name that only has names below it is denied",
       [](const SimQuery&, PlainMessage* reply) {
         if (IsNegative(*reply) && reply->questions[0].type == RRType::kA &&
             reply->questions[0].name.view().LabelCount() > 2) {
           reply->rcode = Rcode::kNXDomain;
         }
       }},
  };
}

class OddWayTest : public testing::TestWithParam<size_t> {};

TEST_P(OddWayTest, DoesNotHideWhatTheServersSay) {
  const OddWay way = OddWays()[GetParam()];
  SCOPED_TRACE(way.what);
  for (const auto mode :
       {resolver::QnameMinimisation::kOff, resolver::QnameMinimisation::kRelaxed}) {
    SmallInternet internet(SimWorld::Options{.seed = 21});
    internet.settings().resolution.qname_minimisation = mode;
    std::vector<std::unique_ptr<TwistedServer>> twisted;
    const std::vector<std::string_view> addresses = {kFirstServer, kSecondServer};
    const std::vector<ZoneServer*> honest = internet.AddDomain(
        "example.com.", addresses,
        "www 300 A 198.51.100.1\na.b.c 300 A 198.51.100.1\nalias 300 CNAME other.example.net.\n"
        "chain 300 CNAME www\n");
    internet.AddDomain("example.net.", {"192.0.2.30"}, "other 300 A 198.51.100.1\n");
    for (size_t i = 0; i < honest.size(); ++i) {
      twisted.push_back(std::make_unique<TwistedServer>(honest[i], way.twist));
      internet.world().AddServer(addresses[i], twisted.back().get());
    }
    internet.Start();
    const auto expect = [&](std::string_view name, RRType type, Rcode rcode, size_t records) {
      const PlainMessage answer = internet.Lookup(name, type);
      EXPECT_EQ(answer.rcode, rcode) << name << "\n" << internet.world().Trace();
      EXPECT_EQ(answer.answer.size(), records) << name;
      EXPECT_LT(internet.last_latency(), milliseconds(1000)) << name;
      EXPECT_LE(internet.last_upstream_queries(), 12u) << name;
    };
    expect("www.example.com.", RRType::kA, Rcode::kNoError, 1);
    expect("www.example.com.", RRType::kAAAA, Rcode::kNoError, 0);
    expect("a.b.c.example.com.", RRType::kA, Rcode::kNoError, 1);
    expect("alias.example.com.", RRType::kA, Rcode::kNoError, 2);
    expect("chain.example.com.", RRType::kA, Rcode::kNoError, 2);
    expect("example.com.", RRType::kA, Rcode::kNoError, 0);
    expect("none.example.com.", RRType::kMX, Rcode::kNXDomain, 0);
    EXPECT_EQ(internet.CheckRest(), "");
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, OddWayTest, testing::Range(size_t{0}, OddWays().size()));

class OddZoneTest : public testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(internet_.CheckRest(), "") << internet_.world().Trace(); }
  void Expect(std::string_view name, RRType type, Rcode rcode, size_t records) {
    const PlainMessage answer = internet_.Lookup(name, type);
    EXPECT_EQ(answer.rcode, rcode) << name << "\n" << internet_.world().Trace();
    EXPECT_EQ(answer.answer.size(), records) << name;
    EXPECT_LT(internet_.last_latency(), milliseconds(1000)) << name;
    EXPECT_LE(internet_.last_upstream_queries(), 16u) << name;
  }
  SmallInternet internet_{SimWorld::Options{.seed = 23}};
};

TEST_F(OddZoneTest, WithAnAliasAtItsApexKeepsItsNames) {
  internet_.AddServer("192.0.2.20", "example.com.",
                      "@ 300 SOA ns m. 1 2 3 4 5\nwww 300 A 198.51.100.1\n"
                      "a.b 300 A 198.51.100.1\n");
  TwistedServer::Twist twist = [](const SimQuery&, PlainMessage* reply) {
    if (!reply->questions[0].name.view().Equals(NameOf("example.com."))) return;
    const wire::Name target = NameOf("other.example.net.");
    reply->authority.clear();
    reply->answer = {{NameOf("example.com."), RRType::kCNAME, wire::RRClass::kIN, 300,
                      Octets(target.data(), target.data() + target.size())}};
  };
  ZoneServer honest("example.com.",
                    "@ 300 SOA ns m. 1 2 3 4 5\nwww 300 A 198.51.100.1\n"
                    "a.b 300 A 198.51.100.1\n");
  TwistedServer server(&honest, twist);
  internet_.world().AddServer("192.0.2.20", &server);
  internet_.AddToTld("com.",
                     "example.com. 300 NS ns.example.com.\nns.example.com. 300 A 192.0.2.20");
  internet_.AddDomain("example.net.", {"192.0.2.30"}, "other 300 A 198.51.100.1\n");
  internet_.Start();
  Expect("example.com.", RRType::kA, Rcode::kNoError, 2);
  Expect("example.com.", RRType::kMX, Rcode::kNoError, 1);
  Expect("example.com.", RRType::kNS, Rcode::kNoError, 1);
  Expect("www.example.com.", RRType::kA, Rcode::kNoError, 1);
  Expect("a.b.example.com.", RRType::kA, Rcode::kNoError, 1);
  Expect("none.example.com.", RRType::kA, Rcode::kNXDomain, 0);
}

TEST_F(OddZoneTest, WhoseServersAreAliasesIsFound) {
  internet_.AddServer("192.0.2.20", "example.com.",
                      "@ 300 SOA ns m. 1 2 3 4 5\nwww 300 A 198.51.100.1\n");
  internet_.AddToTld("com.", "example.com. 300 NS ns.example.net.");
  internet_.AddDomain("example.net.", {"192.0.2.30"}, "ns 300 CNAME real\nreal 300 A 192.0.2.20\n");
  internet_.Start();
  Expect("www.example.com.", RRType::kA, Rcode::kNoError, 1);
}

TEST_F(OddZoneTest, WhereAWildcardLeadsToItselfFailsAtOnce) {
  internet_.AddDomain("example.com.", {"192.0.2.20"}, "*.loop 300 CNAME a.loop\n");
  internet_.Start();
  Expect("b.loop.example.com.", RRType::kA, Rcode::kServFail, 0);
}

TEST_F(OddZoneTest, WithADnameKeepsWhatIsAtItsOwner) {
  internet_.AddDomain("example.com.", {"192.0.2.20"},
                      "@ 300 DNAME example.net.\n@ 300 A 198.51.100.1\n");
  internet_.AddDomain("example.net.", {"192.0.2.30"}, "a.b 300 A 198.51.100.1\n");
  internet_.Start();
  Expect("example.com.", RRType::kA, Rcode::kNoError, 1);
  Expect("a.b.example.com.", RRType::kA, Rcode::kNoError, 3);
  Expect("example.com.", RRType::kA, Rcode::kNoError, 1);
}

TEST_F(OddZoneTest, ThatNothingIsKeptOfIsFound) {
  internet_.AddServer("192.0.2.20", "example.com.",
                      "@ 0 SOA ns m. 1 2 3 4 0\nwww 0 A 198.51.100.1\n");
  internet_.AddToTld("com.", "example.com. 0 NS ns.example.net.");
  internet_.AddDomain("example.net.", {"192.0.2.30"}, "ns 0 A 192.0.2.20\n");
  internet_.Start();
  Expect("www.example.com.", RRType::kA, Rcode::kNoError, 1);
  Expect("www.example.com.", RRType::kA, Rcode::kNoError, 1);
  Expect("none.example.com.", RRType::kA, Rcode::kNXDomain, 0);
}

TEST_F(OddZoneTest, ThatItsParentsServerHasWithoutADelegationIsAnswered) {
  internet_.AddDomain("example.com.", {"192.0.2.20"}, "www 300 A 198.51.100.1\n")[0]->AddZone(
      "sub.example.com.", "@ 300 SOA ns m. 1 2 3 4 5\na.b 300 A 198.51.100.1\n");
  internet_.Start();
  Expect("a.b.sub.example.com.", RRType::kA, Rcode::kNoError, 1);
  Expect("none.sub.example.com.", RRType::kA, Rcode::kNXDomain, 0);
}

TEST_F(OddZoneTest, WhoseReferralHasAAIsFound) {
  ZoneServer honest("example.com.",
                    "@ 300 SOA ns m. 1 2 3 4 5\n@ 300 NS ns\nns 300 A 192.0.2.20\n"
                    "sub 300 NS ns.sub\nns.sub 300 A 192.0.2.21\n");
  TwistedServer server(
      &honest, [](const SimQuery&, PlainMessage* reply) { SetFlags(reply, wire::kFlagAA); });
  internet_.world().AddServer("192.0.2.20", &server);
  internet_.AddToTld("com.",
                     "example.com. 300 NS ns.example.com.\nns.example.com. 300 A 192.0.2.20");
  internet_.AddServer("192.0.2.21", "sub.example.com.",
                      "@ 300 SOA ns m. 1 2 3 4 5\na.b 300 A 198.51.100.1\n");
  internet_.Start();
  Expect("a.b.sub.example.com.", RRType::kA, Rcode::kNoError, 1);
  Expect("none.sub.example.com.", RRType::kA, Rcode::kNXDomain, 0);
}

}  // namespace
}  // namespace tern::sim
