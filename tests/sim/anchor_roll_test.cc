// Trust anchors that follow a roll of the root's keys (RFC 5011), in virtual time.
#include "gtest/gtest.h"
#include "resolver/dnssec/anchor_keeper.h"
#include "tests/sim/signed_tlds.h"

namespace tern::sim {
namespace {

using resolver::dnssec::AnchorKeeper;
using resolver::dnssec::AnchorKey;
using resolver::dnssec::KeyState;
using wire::Rcode;
using wire::RRType;

constexpr uint64_t kOldKey = 1;
constexpr uint64_t kNewKey = 2;
constexpr uint64_t kZoneSigner = 9;

KeyPlan Ksk(uint64_t seed, uint16_t flipped_flags = 0) {
  return {.role = KeyRole::kKsk, .seed = seed, .flipped_flags = flipped_flags};
}

class AnchorRollTest : public testing::Test {
 protected:
  AnchorRollTest() : internet_({.seed = 21}) {
    internet_.SetAnchorKeeper(&keeper_);
    internet_.AddSigned("example.com.", "192.0.2.20", "www 300 A 198.51.100.1\n");
    internet_.root_plan().keys = {Ksk(kOldKey), kSigner};
    internet_.Start();
    RunDays(1);
  }

  // From now on the root has these keys, and its signer of other records.
  void PublishKeys(std::vector<KeyPlan> keys) {
    keys.push_back(kSigner);
    internet_.root_plan().keys = std::move(keys);
    internet_.SignRoot();
  }
  void RunDays(int days) {
    for (int day = 0; day < days; ++day) {
      internet_.world().RunFor(std::chrono::hours(24));
      internet_.resolver().FollowAnchors();
      internet_.world().RunFor(std::chrono::seconds(1));
    }
  }
  std::optional<KeyState> StateOf(uint64_t seed) const {
    const Octets dnskey = Ksk(seed).Make().Dnskey();
    for (const resolver::dnssec::AnchorZone& zone : keeper_.state().zones) {
      for (const AnchorKey& key : zone.keys) {
        if (std::ranges::equal(key.dnskey, dnskey)) return key.state;
      }
    }
    return std::nullopt;
  }
  // Whether a name that nobody asked for lately validates.
  bool Validates() {
    internet_.resolver().store().EraseIf([](cache::EntryView) { return true; });
    const PlainMessage answer = internet_.Lookup("www.example.com.", RRType::kA);
    return answer.rcode == Rcode::kNoError && answer.Has(wire::kFlagAD);
  }

  const KeyPlan kSigner = {.role = KeyRole::kZsk, .seed = kZoneSigner};
  AnchorKeeper keeper_{0, nullptr};
  SignedTlds internet_;
};

TEST_F(AnchorRollTest, ANewKeyIsAnAnchorAfterThirtyDaysAndTheOldOneNoneWhenItIsRevoked) {
  EXPECT_EQ(StateOf(kOldKey), KeyState::kValid);
  PublishKeys({Ksk(kOldKey), Ksk(kNewKey)});
  RunDays(28);
  EXPECT_EQ(StateOf(kNewKey), KeyState::kAddPending);
  EXPECT_TRUE(Validates());
  RunDays(4);
  EXPECT_EQ(StateOf(kNewKey), KeyState::kValid);
  PublishKeys({Ksk(kOldKey, kRevokedFlag), Ksk(kNewKey)});
  RunDays(2);
  EXPECT_EQ(StateOf(kOldKey), KeyState::kRevoked);
  EXPECT_TRUE(Validates());
  PublishKeys({Ksk(kNewKey)});
  RunDays(32);
  EXPECT_EQ(StateOf(kOldKey), KeyState::kRemoved);
  EXPECT_TRUE(Validates());
  // The old key is the only one of the configuration. It must not be trusted any more.
  PublishKeys({Ksk(kOldKey)});
  RunDays(2);
  EXPECT_FALSE(Validates());
}

TEST_F(AnchorRollTest, AKeyThatIsShownForLessThanThirtyDaysIsNeverAnAnchor) {
  PublishKeys({Ksk(kOldKey), Ksk(kNewKey)});
  RunDays(25);
  EXPECT_EQ(StateOf(kNewKey), KeyState::kAddPending);
  PublishKeys({Ksk(kOldKey)});
  RunDays(2);
  EXPECT_EQ(StateOf(kNewKey), std::nullopt);
  // When it comes back, it begins anew.
  PublishKeys({Ksk(kOldKey), Ksk(kNewKey)});
  RunDays(25);
  EXPECT_EQ(StateOf(kNewKey), KeyState::kAddPending);
  RunDays(7);
  EXPECT_EQ(StateOf(kNewKey), KeyState::kValid);
}

// An attacker with the zone's other key only can put keys into the RRset, and sign it.
TEST_F(AnchorRollTest, KeysThatNoAnchorSignedSayNothing) {
  internet_.root_plan().after_signing = {
      [](const SignedZone&, wire::NameView, RRType type, std::vector<Rrsig>* signatures) {
        if (type != RRType::kDNSKEY) return;
        std::erase_if(*signatures,
                      [](const Rrsig& rrsig) { return rrsig.tag != Ksk(kNewKey).Make().Tag(); });
      }};
  PublishKeys({Ksk(kOldKey), Ksk(kNewKey)});
  RunDays(40);
  EXPECT_EQ(StateOf(kNewKey), std::nullopt);
  EXPECT_EQ(StateOf(kOldKey), KeyState::kValid);
  EXPECT_FALSE(Validates());
  EXPECT_EQ(internet_.resolver().ReadCounters().trust_anchor_zones_failing, 1u);
}

TEST_F(AnchorRollTest, ARevocationCountsOnlyWithTheKeysOwnSignature) {
  PublishKeys({Ksk(kOldKey), Ksk(kNewKey)});
  RunDays(33);
  internet_.root_plan().after_signing = {
      [](const SignedZone&, wire::NameView, RRType, std::vector<Rrsig>* signatures) {
        std::erase_if(*signatures, [](const Rrsig& rrsig) {
          return rrsig.tag == Ksk(kOldKey, kRevokedFlag).Make().Tag();
        });
      }};
  PublishKeys({Ksk(kOldKey, kRevokedFlag), Ksk(kNewKey)});
  RunDays(2);
  EXPECT_EQ(StateOf(kOldKey), KeyState::kMissing);
  internet_.root_plan().after_signing.clear();
  PublishKeys({Ksk(kOldKey, kRevokedFlag), Ksk(kNewKey)});
  RunDays(2);
  EXPECT_EQ(StateOf(kOldKey), KeyState::kRevoked);
}

TEST_F(AnchorRollTest, AMissingAnchorStaysAnAnchor) {
  PublishKeys({Ksk(kOldKey), Ksk(kNewKey)});
  RunDays(33);
  PublishKeys({Ksk(kNewKey)});
  RunDays(40);
  EXPECT_EQ(StateOf(kOldKey), KeyState::kMissing);
  EXPECT_TRUE(Validates());
  PublishKeys({Ksk(kOldKey)});
  RunDays(2);
  EXPECT_EQ(StateOf(kOldKey), KeyState::kValid);
  EXPECT_EQ(StateOf(kNewKey), KeyState::kMissing);
  EXPECT_TRUE(Validates());
}

TEST_F(AnchorRollTest, ANewStartGoesOnWithWhatTheOldOneKept) {
  PublishKeys({Ksk(kOldKey), Ksk(kNewKey)});
  RunDays(25);
  AnchorKeeper next(0, nullptr);
  next.Configure(internet_.settings().dnssec.anchors);
  next.Restore(keeper_.state());
  internet_.SetAnchorKeeper(&next);
  internet_.Restart();
  RunDays(7);
  EXPECT_EQ(next.CountStates()[static_cast<size_t>(KeyState::kValid)], 2u);
  // Under a foreign anchor it says nothing.
  next.Configure({resolver::RootAnchor()});
  EXPECT_EQ(next.InForce().anchors, std::vector{resolver::RootAnchor()});
  internet_.SetAnchorKeeper(&keeper_);
  internet_.Restart();
}

TEST_F(AnchorRollTest, TheCountersAndTheServersTextTellTheStates) {
  PublishKeys({Ksk(kOldKey), Ksk(kNewKey)});
  RunDays(5);
  EXPECT_EQ(internet_.resolver().ReadCounters().trust_anchors_valid, 1u);
  EXPECT_EQ(internet_.resolver().ReadCounters().trust_anchors_pending, 1u);
  RunDays(30);
  EXPECT_EQ(internet_.resolver().ReadCounters().trust_anchors_valid, 2u);
  PlainMessage query = MakeQuery(1, "trustanchor.server.", RRType::kTXT);
  query.questions[0].rrclass = wire::RRClass::kCH;
  const ClientQueryId id = internet_.world().AskDatagram(query.Encode());
  ASSERT_TRUE(internet_.world().RunUntilAnswered(id, std::chrono::seconds(1)));
  const std::string text = internet_.world().client_query(id).Message()->ToText();
  for (const uint64_t seed : {kOldKey, kNewKey}) {
    EXPECT_NE(text.find(" " + std::to_string(Ksk(seed).Make().Tag())), std::string::npos) << text;
  }
}

// Otherwise the questions of the first moments would begin under other anchors than they end.
TEST_F(AnchorRollTest, AZoneThatHasRolledNothingHasTheAnchorsOfTheConfiguration) {
  EXPECT_EQ(StateOf(kOldKey), KeyState::kValid);
  EXPECT_EQ(keeper_.InForce().anchors, internet_.settings().dnssec.anchors);
}

// RFC 5011 section 2.3: each half of the TTL.
TEST_F(AnchorRollTest, TheRootIsAskedAsOftenAsItsTtlSaysAlsoWhenTheCacheHasTheKeys) {
  internet_.root_plan().dnskey_ttl = 43200;
  PublishKeys({Ksk(kOldKey)});
  RunDays(1);
  const auto count = [&] {
    return std::ranges::count_if(internet_.world().upstream(),
                                 [](const auto& sent) { return sent.type == RRType::kDNSKEY; });
  };
  const auto before = count();
  RunDays(5);
  EXPECT_EQ(count() - before, 20);
}

}  // namespace
}  // namespace tern::sim
