// More questions than there is room for. Those that waited longest are dropped, and cached names
// are still answered.
#include "gtest/gtest.h"
#include "resolver/service/recursive_service.h"
#include "tests/sim/small_internet.h"

namespace tern::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using wire::ExtendedError;
using wire::Rcode;
using wire::RRType;

class OverloadTest : public testing::Test {
 protected:
  OverloadTest() {
    dead_ = internet_.AddDomain("dead.com.", {"192.0.2.20"}, "www 300 A 198.51.100.1\n")[0];
    internet_.AddDomain("example.com.", {"192.0.2.21"},
                        "www 3000 A 198.51.100.2\nftp 3000 A 198.51.100.3\n");
    internet_.Start();
    EXPECT_EQ(internet_.Lookup("www.example.com.", RRType::kA).rcode, Rcode::kNoError);
    EXPECT_EQ(internet_.Lookup("www.dead.com.", RRType::kA).rcode, Rcode::kNoError);
    dead_->conduct().fault = Fault::kSilent;
  }
  void TearDown() override { EXPECT_EQ(internet_.CheckRest(), ""); }

  // Asks from so many clients for each of so many names.
  void Flood(int names, int clients) {
    for (int i = 0; i < names; ++i) {
      const std::string name = "x" + std::to_string(i) + ".dead.com.";
      const Octets query = MakeQuery(7, name, RRType::kA).Encode();
      for (int j = 0; j < clients; ++j) flood_.push_back(internet_.world().AskDatagram(query));
      internet_.world().RunFor(milliseconds(5));
    }
  }
  const ClientQuery& client(size_t i) { return internet_.world().client_query(flood_[i]); }
  void ExpectHit() {
    EXPECT_EQ(internet_.Lookup("www.example.com.", RRType::kA).answer.size(), 1u);
    EXPECT_LE(internet_.last_latency(), milliseconds(1));
  }

  SmallInternet internet_{SimWorld::Options{.seed = 5}};
  ZoneServer* dead_;
  std::vector<ClientQueryId> flood_;
};

TEST_F(OverloadTest, ClientsWhoWaitLongestMakeWay) {
  Flood(20, 1000);
  const size_t beyond = flood_.size() - resolver::service::kClientsMax;
  for (size_t i = 0; i < flood_.size(); ++i) {
    ASSERT_EQ(client(i).replies, i < beyond ? 1 : 0) << i;
    if (i >= beyond) continue;
    ASSERT_EQ(client(i).Message()->rcode, Rcode::kServFail);
    ASSERT_EQ(ExtendedErrorOf(*client(i).Message()), ExtendedError::kNotReady);
  }
  ExpectHit();
  // And a question that has an answer gets it.
  EXPECT_EQ(internet_.Lookup("ftp.example.com.", RRType::kA).answer.size(), 1u);
  internet_.world().RunFor(seconds(5));
  for (size_t i = 0; i < flood_.size(); ++i) {
    ASSERT_EQ(client(i).replies, 1);
    ASSERT_LE(client(i).Latency(), milliseconds(5001));
  }
}

// The first clients of the flood get SERVFAIL, the others wait.
TEST_F(OverloadTest, AnOperatorMayAllowFewerWaitersOfAQuestion) {
  internet_.settings().resolution.limits.waiters = 20;
  internet_.Start();
  Flood(2, 50);
  for (size_t i = 0; i < flood_.size(); ++i) {
    ASSERT_EQ(client(i).replies, i % 50 < 30 ? 1 : 0) << i;
    if (i % 50 >= 30) continue;
    EXPECT_EQ(ExtendedErrorOf(*client(i).Message()), ExtendedError::kNotReady);
  }
}

TEST_F(OverloadTest, AnOperatorMayAllowFewerQuestions) {
  internet_.settings().resolution.limits.jobs = 40;
  internet_.Start();
  Flood(100, 1);
  for (size_t i = 0; i < flood_.size(); ++i) {
    ASSERT_EQ(client(i).replies, i < 60 ? 1 : 0) << i;
    if (i >= 60) continue;
    EXPECT_EQ(ExtendedErrorOf(*client(i).Message()), ExtendedError::kNotReady);
  }
  EXPECT_EQ(internet_.resolver().ReadCounters().of_limits.jobs_met, 60u);
  EXPECT_EQ(internet_.resolver().ReadCounters().of_limits.clients, 40u);
  EXPECT_EQ(internet_.Lookup("ftp.example.com.", RRType::kA).answer.size(), 1u);
}

TEST_F(OverloadTest, WhoMakesWayGetsWhatIsStale) {
  internet_.world().RunFor(seconds(301));
  const Octets query = MakeQuery(7, "www.dead.com.", RRType::kA).Encode();
  for (int i = 0; i < 1024 + 10; ++i) {
    flood_.push_back(internet_.world().AskDatagram(query));
  }
  internet_.world().RunFor(milliseconds(100));
  for (size_t i = 0; i < flood_.size(); ++i) {
    ASSERT_EQ(client(i).replies, i < 10 ? 1 : 0) << i;
    if (i < 10) {
      EXPECT_EQ(ExtendedErrorOf(*client(i).Message()), ExtendedError::kStaleAnswer);
    }
  }
}

}  // namespace
}  // namespace tern::sim
