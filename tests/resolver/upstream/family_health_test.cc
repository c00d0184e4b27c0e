#include "resolver/upstream/family_health.h"

#include <string>

#include "gtest/gtest.h"

namespace tern::resolver::upstream {
namespace {

constexpr bool kIpv4 = false;
constexpr bool kIpv6 = true;

std::string* told = nullptr;
void Tell(bool ipv6, bool works) {
  *told += (ipv6 ? "IPv6" : "IPv4") + std::string(works ? " works; " : " is broken; ");
}

class FamilyHealthTest : public testing::Test {
 protected:
  FamilyHealthTest() {
    told = &told_;
    health_.SetObserver(&Tell);
    health_.NoteAnswer(kIpv4);
    health_.NoteAnswer(kIpv6);
  }
  void Silence(bool ipv6, uint64_t servers) {
    for (uint64_t i = 0; i < servers; ++i) health_.NoteSilence(ipv6, ++server_);
  }

  FamilyHealth health_;
  uint64_t server_ = 0;
  std::string told_;
};

TEST_F(FamilyHealthTest, SomeSilentServersInARowBreakAFamily) {
  Silence(kIpv6, FamilyHealth::kBrokenAfter - 1);
  EXPECT_FALSE(health_.IsBroken(kIpv6));
  Silence(kIpv6, 1);
  EXPECT_TRUE(health_.IsBroken(kIpv6));
  EXPECT_FALSE(health_.IsBroken(kIpv4));
  Silence(kIpv6, 100);
  EXPECT_EQ(told_, "IPv6 is broken; ");
}

TEST_F(FamilyHealthTest, ASilentServerIsOneHoweverOftenItIsAsked) {
  for (uint64_t i = 0; i < 100; ++i) {
    health_.NoteSilence(kIpv6, i % (FamilyHealth::kBrokenAfter - 1));
  }
  EXPECT_FALSE(health_.IsBroken(kIpv6));
}

// A machine may have the one family only. Then the other one is nothing to turn to.
TEST_F(FamilyHealthTest, AFamilyIsNotBrokenIfTheOtherOneNeverAnswered) {
  FamilyHealth health;
  for (uint64_t i = 0; i < 100; ++i) health.NoteSilence(kIpv4, i);
  EXPECT_FALSE(health.IsBroken(kIpv4));
  health.NoteAnswer(kIpv6);
  EXPECT_TRUE(health.IsBroken(kIpv4));
}

TEST_F(FamilyHealthTest, AnAnswerEndsIt) {
  Silence(kIpv6, FamilyHealth::kBrokenAfter - 1);
  health_.NoteAnswer(kIpv6);
  Silence(kIpv6, FamilyHealth::kBrokenAfter - 1);
  EXPECT_FALSE(health_.IsBroken(kIpv6));
  EXPECT_EQ(told_, "");
  Silence(kIpv6, 1);
  health_.NoteAnswer(kIpv4);
  EXPECT_TRUE(health_.IsBroken(kIpv6));
  health_.NoteAnswer(kIpv6);
  health_.NoteAnswer(kIpv6);
  EXPECT_FALSE(health_.IsBroken(kIpv6));
  EXPECT_EQ(told_, "IPv6 is broken; IPv6 works; ");
}

// Then the network is away, or each zone is dead. To prefer one family would not help.
TEST_F(FamilyHealthTest, SilenceOfBothFamiliesIsNoFaultOfOne) {
  Silence(kIpv4, 10);
  EXPECT_TRUE(health_.IsBroken(kIpv4));
  Silence(kIpv6, 10);
  EXPECT_FALSE(health_.IsBroken(kIpv4));
  EXPECT_FALSE(health_.IsBroken(kIpv6));
  health_.NoteAnswer(kIpv4);
  EXPECT_TRUE(health_.IsBroken(kIpv6));
}

TEST_F(FamilyHealthTest, ABrokenFamilyIsNotLookedUpWhileTheOtherOneIsInUse) {
  const auto works = [this](Families in_use, bool ipv6) {
    return health_.WorkingOf(in_use).Has(ipv6);
  };
  Silence(kIpv6, FamilyHealth::kBrokenAfter);
  EXPECT_FALSE(works({true, true}, kIpv6));
  EXPECT_TRUE(works({true, true}, kIpv4));
  EXPECT_TRUE(works({.ipv6 = true}, kIpv6));
  EXPECT_FALSE(works({.ipv6 = true}, kIpv4));
  Silence(kIpv4, FamilyHealth::kBrokenAfter);
  EXPECT_TRUE(works({true, true}, kIpv6));
  EXPECT_TRUE(works({true, true}, kIpv4));
}

TEST_F(FamilyHealthTest, OneProbeATime) {
  Time now{std::chrono::seconds(100)};
  EXPECT_TRUE(health_.ClaimProbe(kIpv6, now));
  EXPECT_FALSE(health_.ClaimProbe(kIpv6, now));
  EXPECT_TRUE(health_.ClaimLookUp(kIpv6, now));
  EXPECT_FALSE(health_.ClaimLookUp(kIpv6, now));
  now += FamilyHealth::kProbeEach;
  EXPECT_TRUE(health_.ClaimProbe(kIpv6, now));
}

}  // namespace
}  // namespace tern::resolver::upstream
