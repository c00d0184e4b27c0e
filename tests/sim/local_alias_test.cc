// Aliases in local.data: the operator's CNAME, and what it leads to.
#include "gtest/gtest.h"
#include "resolver/policy/local_record.h"
#include "tests/sim/small_internet.h"
#include "wire/presentation.h"

namespace tern::sim {
namespace {

using std::chrono::hours;
using wire::Rcode;
using wire::RRType;

class LocalAliasTest : public testing::Test {
 protected:
  void Start(std::initializer_list<std::string_view> lines) {
    servers_ = internet_.AddDomain("example.com.", {"192.0.2.20"},
                                   "www 300 A 198.51.100.1\nown 300 A 198.51.100.2\n"
                                   "out 300 CNAME here.example.com.\nhere 300 A 198.51.100.3\n");
    for (const std::string_view line : lines) {
      internet_.settings().local.data.push_back(*resolver::policy::ParseLocalRecord(line));
    }
    internet_.Start();
  }
  void TearDown() override { EXPECT_EQ(internet_.CheckRest(), "") << internet_.world().Trace(); }
  // The answer section, a record a word.
  std::string Ask(std::string_view name, RRType type = RRType::kA) {
    const PlainMessage answer = internet_.Lookup(name, type);
    std::string text;
    for (const PlainRecord& record : answer.answer) text += record.ToText() + ";";
    return answer.rcode == Rcode::kNoError ? text : wire::ToText(answer.rcode);
  }

  SmallInternet internet_{SimWorld::Options{.seed = 7}};
  std::vector<ZoneServer*> servers_;
};

TEST_F(LocalAliasTest, LeadsToWhatTheWorldSaysOfItsTarget) {
  Start({"own.example.com. 60 CNAME www.example.com."});
  const std::string both =
      "own.example.com. 60 IN CNAME www.example.com.;www.example.com. 300 IN A 198.51.100.1;";
  EXPECT_EQ(Ask("own.example.com."), both);
  EXPECT_EQ(Ask("own.example.com."), both);
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
  EXPECT_EQ(Ask("own.example.com.", RRType::kCNAME),
            "own.example.com. 60 IN CNAME www.example.com.;");
}

TEST_F(LocalAliasTest, LeadsToOtherLocalData) {
  Start({"a.example. 60 CNAME b.example.", "b.example. 30 CNAME c.example.",
         "c.example. 20 A 192.0.2.1"});
  EXPECT_EQ(Ask("a.example."),
            "a.example. 60 IN CNAME b.example.;b.example. 30 IN CNAME c.example.;"
            "c.example. 20 IN A 192.0.2.1;");
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
}

TEST_F(LocalAliasTest, ALoopIsAFailure) {
  Start({"a.example. CNAME b.example.", "b.example. CNAME a.example."});
  EXPECT_EQ(Ask("a.example."), "SERVFAIL");
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
}

TEST_F(LocalAliasTest, IsTheEndOfAPublicAliasAndItsServersRecordsDoNotCount) {
  Start({"here.example.com. 60 CNAME www.example.com."});
  EXPECT_EQ(
      Ask("out.example.com."),
      "out.example.com. 300 IN CNAME here.example.com.;"
      "here.example.com. 60 IN CNAME www.example.com.;www.example.com. 300 IN A 198.51.100.1;");
}

TEST_F(LocalAliasTest, ComesBeforeWhatTheCacheHolds) {
  Start({});
  EXPECT_EQ(Ask("own.example.com."), "own.example.com. 300 IN A 198.51.100.2;");
  internet_.settings().local.data = {
      *resolver::policy::ParseLocalRecord("own.example.com. 60 CNAME www.example.com.")};
  internet_.resolver().Reconfigure(internet_.settings());
  EXPECT_EQ(Ask("own.example.com.").substr(0, 45), "own.example.com. 60 IN CNAME www.example.com.");
}

// RFC 8767: the alias is fresh, and what it leads to is stale.
TEST_F(LocalAliasTest, LeadsToAStaleAnswerWhenTheServersAreSilent) {
  Start({"own.example.com. 60 CNAME www.example.com."});
  Ask("own.example.com.");
  internet_.world().RunFor(hours(1));
  for (ZoneServer* server : servers_) server->conduct().fault = Fault::kServFail;
  EXPECT_EQ(Ask("own.example.com."),
            "own.example.com. 60 IN CNAME www.example.com.;www.example.com. 30 IN A 198.51.100.1;");
}

}  // namespace
}  // namespace tern::sim
