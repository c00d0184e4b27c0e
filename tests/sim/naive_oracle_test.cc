#include "tests/sim/naive_oracle.h"

#include "gtest/gtest.h"
#include "wire/master_file.h"

namespace tern::sim {
namespace {

using std::chrono::seconds;
using wire::RRType;

constexpr Time kStart{seconds(1000)};

std::vector<PlainRecord> Records(std::string_view origin, std::string_view text) {
  std::vector<PlainRecord> records;
  const wire::Name name = NameOf(origin);
  const absl::StatusOr<std::vector<wire::MasterRecord>> parsed =
      wire::ParseMasterFile(text, origin, name);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  if (!parsed.ok()) return records;
  for (const wire::MasterRecord& record : *parsed) {
    records.push_back({record.owner, record.type, record.rrclass, record.ttl, record.rdata});
  }
  return records;
}

// A root, and a domain that is sold 100 s after the start; its new owner has another address.
class NaiveOracleTest : public testing::Test {
 protected:
  NaiveOracleTest() : oracle_(&history_, TtlBounds()) {
    constexpr std::string_view kRoot =
        "@ 900 SOA ns. m. 1 2 3 4 60\n@ 900 NS ns.\nsold. 300 NS ns.sold.\n";
    constexpr std::string_view kOld =
        "@ 900 SOA ns m 1 2 3 4 60\n@ 900 NS ns\nwww 30 A 192.0.2.1\nalias 30 CNAME www\n"
        "loop 30 CNAME loop\nold 30 DNAME sold.\n*.wild 30 A 192.0.2.3\na.ent 30 A 192.0.2.4\n";
    const Time sale = kStart + seconds(100);
    history_ = {{wire::Name(), {{}}}, {NameOf("sold."), {{}, {}}}};
    history_[0].owners[0] = {{kStart, sale, Records(".", kRoot), {{1, 0}}},
                             {sale, Time::max(), Records(".", kRoot), {{1, 1}}}};
    // The old owner's servers still serve it.
    history_[1].owners[0] = {{kStart, Time::max(), Records("sold.", kOld), {}}};
    history_[1].owners[1] = {
        {sale,
         Time::max(),
         Records("sold.", "@ 900 SOA ns m 2 2 3 4 60\n@ 900 NS ns\nwww 30 A 192.0.2.2\n"),
         {}}};
  }

  std::string Judge(std::string_view name, std::string_view answer, int second) {
    PlainMessage reply;
    reply.questions.push_back({NameOf(name), RRType::kA, wire::RRClass::kIN});
    reply.answer = Records("sold.", answer);
    return oracle_.Judge(reply, kStart + seconds(second), allowance_);
  }

  std::string JudgeReferral(std::string_view name, std::string_view servers, int second) {
    PlainMessage reply;
    reply.questions.push_back({NameOf(name), RRType::kA, wire::RRClass::kIN});
    reply.authority = Records(".", servers);
    return oracle_.JudgeReferral(reply, kStart + seconds(second));
  }

  InternetHistory history_;
  NaiveOracle oracle_;
  NaiveOracle::Allowance allowance_;
};

TEST_F(NaiveOracleTest, WhatWasTrueMayBeToldWhileItsTtlsLast) {
  constexpr std::string_view kOld = "www 30 A 192.0.2.1";
  constexpr std::string_view kNew = "www 30 A 192.0.2.2";
  EXPECT_EQ(Judge("www.sold.", kOld, 50), "");
  EXPECT_NE(Judge("www.sold.", kNew, 50), "");
  EXPECT_EQ(Judge("www.sold.", kNew, 101), "");
  // The delegation's 300 s, then the record's 30 s, then the time of a resolution.
  EXPECT_EQ(Judge("www.sold.", kOld, 400 + 30), "");
  EXPECT_NE(Judge("www.sold.", kOld, 400 + 30 + 25), "");
}

TEST_F(NaiveOracleTest, WhatIsStaleMayBeToldForAWhileWithItsOwnTtl) {
  constexpr std::string_view kOld = "www 30 A 192.0.2.1";
  constexpr int kEnd = 400 + 30;
  allowance_.max_stale = 1000;
  EXPECT_EQ(Judge("www.sold.", kOld, kEnd + 1000), "");
  EXPECT_NE(Judge("www.sold.", "www 29 A 192.0.2.1", kEnd + 1000), "");
  EXPECT_NE(Judge("www.sold.", "www 30 A 192.0.2.9", kEnd + 1000), "");
  EXPECT_NE(Judge("www.sold.", kOld, kEnd + 1000 + 25), "");
}

TEST_F(NaiveOracleTest, PartOfAChainIsEnoughWhereItIsAllowed) {
  EXPECT_NE(Judge("alias.sold.", "alias 30 CNAME www", 50), "");
  allowance_.partial = true;
  EXPECT_EQ(Judge("alias.sold.", "alias 30 CNAME www", 50), "");
  EXPECT_NE(Judge("alias.sold.", "alias 30 CNAME no", 50), "");
  EXPECT_NE(Judge("alias.sold.", "", 50), "");
}

TEST_F(NaiveOracleTest, ReferralIsAsAParentGaveIt) {
  EXPECT_EQ(JudgeReferral("www.sold.", "sold. 300 NS ns.sold.", 50), "");
  EXPECT_NE(JudgeReferral("www.other.", "sold. 300 NS ns.sold.", 50), "");
  EXPECT_NE(JudgeReferral("www.sold.", "sold. 300 NS ns.elsewhere.", 50), "");
  EXPECT_NE(JudgeReferral("www.sold.", "sold. 999999 NS ns.sold.", 50), "");
}

TEST_F(NaiveOracleTest, RefusesWhatTheZonesDoNotSay) {
  EXPECT_NE(Judge("www.sold.", "www 31 A 192.0.2.1", 50), "");  // TTL
  EXPECT_NE(Judge("www.sold.", "www 30 A 192.0.2.1\nwww 30 A 192.0.2.1", 50), "");
  EXPECT_NE(Judge("www.sold.", "", 50), "");
  EXPECT_NE(Judge("alias.sold.", "www 30 A 192.0.2.1\nalias 30 CNAME www", 50), "");
  EXPECT_NE(Judge("x.old.sold.", "x.old 30 CNAME x", 50), "");  // without its DNAME
}

TEST_F(NaiveOracleTest, FollowsAliasesRenamingsAndWildcards) {
  EXPECT_EQ(Judge("alias.sold.", "alias 30 CNAME www\nwww 30 A 192.0.2.1", 50), "");
  EXPECT_EQ(
      Judge("www.old.sold.", "old 30 DNAME sold.\nwww.old 30 CNAME www\nwww 30 A 192.0.2.1", 50),
      "");
  EXPECT_EQ(Judge("x.wild.sold.", "x.wild 30 A 192.0.2.3", 50), "");
  EXPECT_TRUE(oracle_.Follow(NameOf("loop.sold."), RRType::kA, kStart).loops);
  EXPECT_EQ(oracle_.Follow(NameOf("alias.sold."), RRType::kA, kStart).links, 1);
}

TEST_F(NaiveOracleTest, TellsEmptyNonTerminalsFromNamesThatAreNot) {
  const auto kind_of = [&](std::string_view name) {
    return oracle_.TruthsOf(NameOf(name), RRType::kA, kStart).at(0).kind;
  };
  EXPECT_EQ(kind_of("ent.sold."), Truth::Kind::kNoData);
  EXPECT_EQ(kind_of("no.sold."), Truth::Kind::kNxDomain);
  EXPECT_EQ(kind_of("no.ent.sold."), Truth::Kind::kNxDomain);
}

}  // namespace
}  // namespace tern::sim
