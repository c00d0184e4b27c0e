// What the resolver does about replies to parts of names (QNAME minimisation) that teach little.
#include "gtest/gtest.h"
#include "tests/sim/small_internet.h"

namespace tern::sim {
namespace {

using std::chrono::milliseconds;
using wire::Rcode;
using wire::RRType;

constexpr std::string_view kDeepRecords =
    "a.b.c.d.e.f.g 300 A 198.51.100.1\nz.b.c.d.e.f.g 300 A 198.51.100.1\n";
constexpr std::string_view kDeepName = "a.b.c.d.e.f.g.example.com.";
constexpr std::string_view kItsSister = "z.b.c.d.e.f.g.example.com.";

class PartsTest : public testing::Test {
 protected:
  PartsTest() {
    internet_.settings().resolution.qname_minimisation = resolver::QnameMinimisation::kRelaxed;
    server_ = internet_.AddDomain("example.com.", {kFirstServer}, kDeepRecords)[0];
  }
  void TearDown() override { EXPECT_EQ(internet_.CheckRest(), "") << internet_.world().Trace(); }

  // The server truncates all over UDP, and has delegated f.g.
  void DelegateWithTruncation() {
    server_->conduct().fault = Fault::kTruncatesAlways;
    server_->AddZone("example.com.",
                     "@ 300 SOA ns1 m. 1 2 3 4 5\n@ 300 NS ns1\nns1 300 A 192.0.2.20\n"
                     "f.g 300 NS ns.f.g\nns.f.g 300 A 192.0.2.21\n");
    internet_.AddServer("192.0.2.21", "f.g.example.com.",
                        "@ 300 SOA ns m. 1 2 3 4 5\n@ 300 NS ns\na.b.c.d.e 300 A 198.51.100.1\n");
  }

  void ExpectLabelsAtMost(size_t labels, std::string_view address) {
    for (const UpstreamQuery& query : internet_.world().upstream()) {
      if (query.server.address != *resolver::IpAddress::Parse(address)) continue;
      EXPECT_LE(query.name.view().LabelCount(), labels);
    }
  }

  void ExpectAnswer(std::string_view name) {
    const PlainMessage answer = internet_.Lookup(name, RRType::kA);
    EXPECT_EQ(answer.rcode, Rcode::kNoError) << internet_.world().Trace();
    EXPECT_EQ(answer.answer.size(), 1u);
  }

  SmallInternet internet_{SimWorld::Options{.seed = 9}};
  ZoneServer* server_;
};

// The name is asked for in any case, and its answer over TCP says more than all its parts.
TEST_F(PartsTest, OneExchangeOverTcpIsEnoughForAServerThatTruncatesAll) {
  server_->conduct().fault = Fault::kTruncatesAlways;
  internet_.Start();
  ExpectAnswer(kDeepName);
  // A part, the name, and the name over TCP.
  EXPECT_EQ(internet_.last_upstream_queries(kFirstServer), 3u);
  ExpectAnswer(kItsSister);
  EXPECT_EQ(internet_.last_upstream_queries(kFirstServer), 2u);
}

TEST_F(PartsTest, ATruncatedPartDoesNotWaitForDeadTcp) {
  server_->conduct().with_no_data = Fault::kTruncatesAlways;
  server_->conduct().tcp_silent = true;
  internet_.Start();
  ExpectAnswer(kDeepName);
  EXPECT_LT(internet_.last_latency(), milliseconds(500));
}

TEST_F(PartsTest, AReferralThatIsTruncatedComesWithTheWholeName) {
  DelegateWithTruncation();
  internet_.Start();
  ExpectAnswer(kDeepName);
  EXPECT_EQ(internet_.last_upstream_queries(kFirstServer), 3u);
}

// The servers of a top level domain refer, so a part is all that they need to see.
TEST_F(PartsTest, ATopLevelDomainThatTruncatesSeesNoMoreOfTheName) {
  internet_.com().conduct().fault = Fault::kTruncatesAlways;
  internet_.Start();
  ExpectAnswer(kDeepName);
  ExpectLabelsAtMost(2, SmallInternet::kCom);
  EXPECT_EQ(internet_.last_upstream_queries(SmallInternet::kCom), 2u);
}

class StrictPartsTest : public PartsTest {
 protected:
  StrictPartsTest() {
    internet_.settings().resolution.qname_minimisation = resolver::QnameMinimisation::kStrict;
  }
};

// A truncated reply with AA is no referral, so the zone goes on below the part.
TEST_F(StrictPartsTest, ATruncatedPartOfTheZoneDoesNotWaitForDeadTcp) {
  server_->conduct().with_no_data = Fault::kTruncatesAlways;
  server_->conduct().tcp_silent = true;
  internet_.Start();
  ExpectAnswer(kDeepName);
  EXPECT_LT(internet_.last_latency(), milliseconds(500));
  EXPECT_EQ(internet_.last_upstream_queries(kFirstServer), 7u);
}

TEST_F(StrictPartsTest, ATruncatedReferralComesBeforeAnythingLongerIsAsked) {
  DelegateWithTruncation();
  internet_.Start();
  ExpectAnswer(kDeepName);
  ExpectLabelsAtMost(4, kFirstServer);
}

// Leaner forms and TCP are for the name itself.
TEST_F(PartsTest, AnUnreadableReplyToAPartLeadsToTheWholeName) {
  server_->conduct().with_no_data = Fault::kAnnouncesOne;
  server_->conduct().tcp_silent = true;
  internet_.Start();
  ExpectAnswer(kDeepName);
  EXPECT_EQ(internet_.last_upstream_queries(kFirstServer), 2u);
  EXPECT_LT(internet_.last_latency(), milliseconds(500));
}

TEST_F(PartsTest, SilenceAboutAPartLeadsToTheWholeNameAtOnce) {
  for (const size_t count : {1u, 2u, 4u, 8u}) {
    SmallInternet internet(SimWorld::Options{.seed = 9});
    std::vector<std::string> addresses;
    for (size_t i = 0; i < count; ++i) addresses.push_back("203.0.113." + std::to_string(i + 1));
    for (ZoneServer* server :
         internet.AddDomain("example.com.", {addresses.begin(), addresses.end()}, kDeepRecords)) {
      server->conduct().with_no_data = Fault::kSilent;
    }
    internet.Start();
    const PlainMessage answer = internet.Lookup(kDeepName, RRType::kA);
    EXPECT_EQ(answer.answer.size(), 1u) << count;
    EXPECT_LT(internet.last_latency(), milliseconds(1000)) << count;
    EXPECT_EQ(internet.Lookup(kItsSister, RRType::kA).answer.size(), 1u) << count;
    EXPECT_EQ(internet.last_upstream_queries(), 1u) << count;
    EXPECT_EQ(internet.CheckRest(), "");
  }
}

// Such servers deny a name that only has names below it.
TEST_F(PartsTest, ADenialThatProvedWrongIsNotHeardForEachName) {
  server_->conduct().with_no_data = Fault::kDenies;
  internet_.Start();
  ExpectAnswer(kDeepName);
  EXPECT_EQ(internet_.last_upstream_queries(kFirstServer), 2u);
  ExpectAnswer(kItsSister);
  EXPECT_EQ(internet_.last_upstream_queries(kFirstServer), 1u);
}

TEST_F(PartsTest, ADenialThatProvedRightLeavesThePartsOfOtherNames) {
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("a.b.none.example.com.", RRType::kA).rcode, Rcode::kNXDomain);
  ExpectAnswer(kDeepName);
  EXPECT_EQ(internet_.last_upstream_queries(kFirstServer), 7u);
}

}  // namespace
}  // namespace tern::sim
