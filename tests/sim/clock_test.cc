// A clock that is plainly wrong, as on routers without a battery, in virtual time.
#include "gtest/gtest.h"
#include "resolver/dnssec/anchor_keeper.h"
#include "tests/sim/signed_tlds.h"

namespace tern::sim {
namespace {

using resolver::dnssec::AnchorKeeper;
using wire::ExtendedError;
using wire::Rcode;
using wire::RRType;

constexpr uint32_t kRight = 1'700'000'000;  // the signatures' time is around it
constexpr uint32_t kReleased = 1'695'000'000;
constexpr uint32_t kLastGood = 1'699'000'000;

class WrongClockTest : public testing::Test {
 protected:
  WrongClockTest() : internet_({.seed = 22}) {
    SigningPlan plan;
    plan.inception = kRight - 1'000'000;
    plan.expiration = kRight + 1'000'000;
    internet_.root_plan() = plan;
    internet_.tld_plan() = plan;
    internet_.SetAnchorKeeper(&keeper_);
    internet_.AddSigned("example.com.", "192.0.2.20",
                        "www 300 A 198.51.100.1\nother 300 A 198.51.100.2\n", plan);
    SigningPlan broken = plan;
    broken.after_signing = {
        [](const SignedZone&, wire::NameView, RRType type, std::vector<Rrsig>* signatures) {
          if (type == RRType::kA) signatures->at(0).signature[0] ^= 1;
        }};
    internet_.AddSigned("broken.com.", "192.0.2.21", "www 300 A 198.51.100.3\n", broken);
    keeper_.Restore({.last_good = kLastGood, .zones = {}});
  }

  // What the daemon does at the start.
  void StartAt(uint32_t wall_seconds, bool synchronised = false) {
    internet_.world().SetWallSeconds(wall_seconds);
    keeper_.OnClock(wall_seconds, synchronised);
    internet_.Start();
    internet_.world().RunFor(std::chrono::seconds(2));
    Follow(synchronised);
  }
  // What the daemon does every few seconds.
  void Follow(bool synchronised = false) {
    keeper_.OnClock(internet_.world().WallSeconds(), synchronised);
    internet_.resolver().FollowAnchors();
    internet_.world().RunFor(std::chrono::seconds(1));
  }
  bool IsUnsure() { return internet_.resolver().ReadCounters().time_unsure != 0; }
  void ExpectUnsure(std::string_view name) {
    const PlainMessage answer = internet_.Lookup(name, RRType::kA);
    EXPECT_EQ(answer.rcode, Rcode::kNoError) << answer.ToText();
    EXPECT_FALSE(answer.Has(wire::kFlagAD));
    EXPECT_EQ(ExtendedErrorOf(answer), ExtendedError::kDnssecIndeterminate) << answer.ToText();
    EXPECT_GT(internet_.resolver().ReadCounters().validated_indeterminate, 0u);
  }
  void ExpectSecure(std::string_view name) {
    const PlainMessage answer = internet_.Lookup(name, RRType::kA);
    EXPECT_EQ(answer.rcode, Rcode::kNoError) << answer.ToText();
    EXPECT_TRUE(answer.Has(wire::kFlagAD)) << answer.ToText();
    EXPECT_EQ(ExtendedErrorOf(answer), std::nullopt);
  }

  AnchorKeeper keeper_{kReleased, nullptr};
  SignedTlds internet_;
};

TEST_F(WrongClockTest, AQuestionUnderWayGoesOnWhenTheClockIsSet) {
  for (int wait = 0; wait < 300; wait += 10) {
    StartAt(1'000'000);
    const ClientQueryId id =
        internet_.world().AskDatagram(MakeQuery(7, "www.example.com.", RRType::kA).Encode());
    internet_.world().RunFor(std::chrono::milliseconds(wait));
    internet_.world().SetWallSeconds(kRight);
    Follow();
    internet_.world().RunFor(std::chrono::seconds(8));
    const PlainMessage answer =
        internet_.world().client_query(id).Message().value_or(PlainMessage());
    EXPECT_EQ(answer.rcode, Rcode::kNoError) << wait << answer.ToText();
    EXPECT_FALSE(answer.answer.empty()) << wait;
  }
}

TEST_F(WrongClockTest, AClockBeforeTheReleaseIsNotBelievedAndNothingIsSecure) {
  StartAt(1'000'000);
  EXPECT_TRUE(IsUnsure());
  ExpectUnsure("www.example.com.");
  ExpectUnsure("www.example.com.");  // from the store
  // Signatures are checked all the same.
  const PlainMessage broken = internet_.Lookup("www.broken.com.", RRType::kA);
  EXPECT_EQ(broken.rcode, Rcode::kServFail) << broken.ToText();
  // Nor does the kernel's word help.
  Follow(/*synchronised=*/true);
  EXPECT_TRUE(IsUnsure());
}

TEST_F(WrongClockTest, WhenTheClockIsSetItIsRightByItselfAndWhatWasLearntIsValidatedAgain) {
  StartAt(1'000'000);
  ExpectUnsure("www.example.com.");
  internet_.world().SetWallSeconds(kRight);
  Follow();
  EXPECT_FALSE(IsUnsure());
  ExpectSecure("www.example.com.");
}

// Data that was taken without its dates must not outlive the doubt.
TEST_F(WrongClockTest, WhatIsExpiredByTheRightClockIsBogusThen) {
  StartAt(1'000'000);
  ExpectUnsure("www.example.com.");
  internet_.world().SetWallSeconds(kRight + 10'000'000);
  Follow(/*synchronised=*/true);
  EXPECT_FALSE(IsUnsure());
  const PlainMessage answer = internet_.Lookup("www.example.com.", RRType::kA);
  EXPECT_EQ(answer.rcode, Rcode::kServFail) << answer.ToText();
}

TEST_F(WrongClockTest, AClockBeforeTheLastGoodTimeIsNotBelievedUntilItIsSynchronised) {
  StartAt(kLastGood - 200'000);
  EXPECT_TRUE(IsUnsure());
  ExpectUnsure("www.example.com.");
  Follow(/*synchronised=*/true);
  EXPECT_FALSE(IsUnsure());
}

TEST_F(WrongClockTest, AClockThatTheSignaturesOfTheRootHoldIsRight) {
  StartAt(kRight);
  EXPECT_FALSE(IsUnsure());
  ExpectSecure("www.example.com.");
  EXPECT_GE(keeper_.state().last_good, int64_t{kRight});
}

TEST_F(WrongClockTest, AClockBeforeAllSignaturesOfTheRootIsNotBelieved) {
  keeper_.Restore({});
  StartAt(kReleased + 1'000);
  EXPECT_TRUE(IsUnsure());
  ExpectUnsure("www.example.com.");
  EXPECT_EQ(internet_.resolver().ReadCounters().trust_anchor_zones_failing, 0u);
}

TEST_F(WrongClockTest, TheLogHasALineAtTheBeginningAndAtTheEnd) {
  StartAt(1'000'000);
  internet_.world().SetWallSeconds(kRight);
  Follow();
  Follow();
  std::vector<std::string> lines;
  for (const resolver::dnssec::AnchorNews& news : keeper_.TakeNews()) {
    if (news.text.find("clock") != std::string::npos) lines.push_back(news.text);
  }
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].rfind("the clock is wrong: it is earlier than this version", 0), 0u);
  EXPECT_EQ(lines[1].rfind("the clock is right now", 0), 0u);
}

// Nobody knows how long a key has been there.
TEST_F(WrongClockTest, NoKeyBecomesAnAnchorMeanwhile) {
  StartAt(1'000'000);
  EXPECT_EQ(keeper_.CountStates(), (std::array<size_t, 5>{}));
  EXPECT_EQ(keeper_.state().last_good, int64_t{kLastGood});
}

// The operator's exemptions end by the clock too (RFC 7646).
class EndingAnchorTest : public WrongClockTest {
 protected:
  void ExemptUntil(int64_t until) {
    internet_.settings().dnssec.negative_trust_anchors = {
        {.zone = NameOf("broken.com."), .until = until, .reason = "old"}};
  }
  Rcode LookupBroken() { return internet_.Lookup("www.broken.com.", RRType::kA).rcode; }
};

TEST_F(EndingAnchorTest, ANegativeTrustAnchorEndsByItself) {
  ExemptUntil(kRight + 3'600);
  StartAt(kRight, /*synchronised=*/true);
  EXPECT_EQ(LookupBroken(), Rcode::kNoError);
  internet_.world().RunFor(std::chrono::seconds(3'500));
  Follow(/*synchronised=*/true);
  EXPECT_EQ(LookupBroken(), Rcode::kNoError);
  internet_.world().RunFor(std::chrono::seconds(400));  // longer than the TTL
  Follow(/*synchronised=*/true);
  EXPECT_EQ(LookupBroken(), Rcode::kServFail);
  ExpectSecure("www.example.com.");
}

TEST_F(EndingAnchorTest, ANegativeTrustAnchorThatHasEndedBeforeTheStartIsNone) {
  ExemptUntil(kRight);
  StartAt(kRight, /*synchronised=*/true);
  EXPECT_EQ(LookupBroken(), Rcode::kServFail);
}

TEST_F(EndingAnchorTest, AClockThatIsPlainlyWrongEndsNone) {
  ExemptUntil(900'000);
  StartAt(1'000'000);
  EXPECT_TRUE(IsUnsure());
  EXPECT_EQ(LookupBroken(), Rcode::kNoError);
  internet_.world().SetWallSeconds(kRight);
  Follow();
  internet_.world().RunFor(std::chrono::seconds(400));
  EXPECT_EQ(LookupBroken(), Rcode::kServFail);
}

}  // namespace
}  // namespace tern::sim
