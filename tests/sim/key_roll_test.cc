// A zone changes its keys, and clients see nothing of it (RFC 6781 section 4.1).
#include <chrono>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/sim/signed_tlds.h"

namespace tern::sim {
namespace {

using std::chrono::minutes;
using wire::RRType;

constexpr std::string_view kRollServer = "192.0.2.20";
constexpr std::string_view kRollZone = "example.com.";
constexpr std::string_view kRollApex = R"(
example.com.     3600 SOA ns1.example.com. hostmaster.example.com. 2 7200 3600 604800 300
example.com.     3600 NS  ns1.example.com.
ns1.example.com. 3600 A   192.0.2.20
)";
constexpr std::string_view kRollNames = "*.some 300 A 198.51.100.1\nkept 86400 A 198.51.100.2\n";

constexpr KeyPlan kOldPlan = {.algorithm = kRsaSha256, .seed = 1};
constexpr KeyPlan kNewPlan = {.algorithm = kEcdsaP256, .seed = 2};

SigningPlan PlanOf(std::vector<KeyPlan> keys) {
  SigningPlan plan;
  plan.keys = std::move(keys);
  return plan;
}

// Signs with both keys, and shows only one.
SigningPlan Showing(const KeyPlan& shown) {
  SigningPlan plan = PlanOf({kOldPlan, kNewPlan});
  plan.dnskey_edits.push_back([shown](wire::NameView, std::vector<PlainRecord>* records) {
    std::erase_if(*records,
                  [&](const PlainRecord& record) { return record.rdata != shown.Make().Dnskey(); });
  });
  return plan;
}

class KeyRollTest : public testing::Test {
 protected:
  KeyRollTest() : internet_({.seed = 9}) {
    server_ = internet_.AddSigned(kRollZone, kRollServer, kRollNames, PlanOf({kOldPlan}));
    internet_.Start();
  }

  void Serve(const SigningPlan& plan) {
    const std::string text = std::string(kRollApex) + std::string(kRollNames);
    server_->AddZone(std::make_shared<const SignedZone>(NameOf(kRollZone).view(),
                                                        RecordsOfText(kRollZone, text), plan));
  }

  // For as long as the longest TTL of DS and DNSKEY, names that are new and one that is kept are
  // secure.
  void AskThroughTheStage(std::string_view stage) {
    for (int i = 0; i < 14; ++i) {
      for (const std::string& name : {"n" + std::to_string(++asked_) + ".some.example.com.",
                                      std::string("kept.example.com.")}) {
        const PlainMessage answer = internet_.Lookup(name, RRType::kA);
        EXPECT_TRUE(answer.Has(wire::kFlagAD)) << stage << "\n" << answer.ToText();
      }
      internet_.world().RunFor(minutes(5));
    }
  }

  SignedTlds internet_;
  ZoneServer* server_ = nullptr;
  int asked_ = 0;
};

TEST_F(KeyRollTest, AnotherAlgorithmIsNotFelt) {
  AskThroughTheStage("the old key");
  Serve(Showing(kOldPlan));
  AskThroughTheStage("signatures by both");
  Serve(PlanOf({kOldPlan, kNewPlan}));
  AskThroughTheStage("both keys");
  internet_.ReplaceDs(kRollZone, PlanOf({kNewPlan}));
  AskThroughTheStage("the parent names the new key");
  Serve(Showing(kNewPlan));
  AskThroughTheStage("the old key has gone");
  Serve(PlanOf({kNewPlan}));
  AskThroughTheStage("the old signatures have gone");
}

// The signature of the kept RRset is by a key that has gone when the next one asks for it.
TEST_F(KeyRollTest, AnotherKeyOfTheZoneIsNotFelt) {
  const KeyPlan ksk = {.algorithm = kEcdsaP256, .role = KeyRole::kKsk, .seed = 3};
  const KeyPlan before = {.algorithm = kEcdsaP256, .role = KeyRole::kZsk, .seed = 4};
  const KeyPlan after = {.algorithm = kEcdsaP256, .role = KeyRole::kZsk, .seed = 5};
  internet_.ReplaceDs(kRollZone, PlanOf({ksk}));
  internet_.Restart();
  Serve(PlanOf({ksk, before}));
  AskThroughTheStage("the key before");
  SigningPlan published = PlanOf({ksk, before});
  published.dnskey_edits.push_back(
      [after](wire::NameView origin, std::vector<PlainRecord>* records) {
        records->push_back({.owner = wire::Name(origin),
                            .type = RRType::kDNSKEY,
                            .ttl = 3600,
                            .rdata = after.Make().Dnskey()});
      });
  Serve(published);
  AskThroughTheStage("the next key is there");
  Serve(PlanOf({ksk, after}));
  AskThroughTheStage("the next key signs");
}

// A zone that skips the waiting is bogus for a while, and heals by itself.
TEST_F(KeyRollTest, AZoneThatHurriesHealsWhenItsOldDsHasExpired) {
  AskThroughTheStage("the old key");
  Serve(PlanOf({kNewPlan}));
  internet_.ReplaceDs(kRollZone, PlanOf({kNewPlan}));
  internet_.world().RunFor(minutes(61));
  EXPECT_TRUE(internet_.Lookup("healed.some.example.com.", RRType::kA).Has(wire::kFlagAD));
}

}  // namespace
}  // namespace tern::sim
