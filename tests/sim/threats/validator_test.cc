// What was used against validators in 2025 and 2026, each tried on this one.
#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "tests/sim/signed_tlds.h"
#include "tests/support/dnssec/breakages.h"

namespace tern::sim {
namespace {

using wire::ExtendedError;
using wire::Rcode;
using wire::RRType;

constexpr std::string_view kVictim = "192.0.2.20";
constexpr std::string_view kVictimRecords = R"(
www        300 A     198.51.100.1
two        300 A     198.51.100.2
alias      300 CNAME www
*.walias   300 CNAME www
old        600 DNAME new
x.new      300 A     198.51.100.4
)";

// Changes the replies of another server.
class MeddlingServer : public SimServer {
 public:
  using Change = std::function<void(const PlainQuestion& question, PlainMessage* reply)>;
  MeddlingServer(SimServer* honest, Change change) : honest_(honest), change_(std::move(change)) {}

  SimAnswer OnQuery(const SimQuery& query) override {
    SimAnswer answer = honest_->OnQuery(query);
    for (SimReply& reply : answer.replies) {
      std::optional<PlainMessage> message = PlainMessage::Decode(reply.octets);
      if (!message || message->questions.empty()) continue;
      change_(message->questions[0], &*message);
      reply.octets = message->Encode();
    }
    return answer;
  }

 private:
  SimServer* honest_;
  Change change_;
};

class ValidatorThreatTest : public testing::Test {
 protected:
  ValidatorThreatTest() : internet_({.seed = 9}) {}

  void Start(const SigningPlan& plan) {
    honest_ = internet_.AddSigned("example.com.", kVictim, kVictimRecords, plan);
    internet_.Start();
  }
  // From now on the zone's server says what `change` makes of the truth.
  void Meddle(MeddlingServer::Change change) {
    meddler_ = std::make_unique<MeddlingServer>(honest_, std::move(change));
    internet_.world().AddServer(kVictim, meddler_.get());
  }
  PlainMessage Ask(std::string_view name, RRType type = RRType::kA) {
    return internet_.Lookup(name, type);
  }

  std::unique_ptr<MeddlingServer> meddler_;  // outlives the world's use of it
  SignedTlds internet_;
  ZoneServer* honest_ = nullptr;
};

bool IsSecure(const PlainMessage& answer) {
  return answer.rcode == Rcode::kNoError && answer.Has(wire::kFlagAD);
}

// Unbound CVE-2026-44690, BIND CVE-2026-11721: as if the root's wildcard had made the name.
TEST_F(ValidatorThreatTest, ASignatureOfFewerLabelsThanItsZoneIsBogus) {
  SigningPlan plan;
  Break(Breakage::kLabelsBelowSigner, &plan, {NameOf("www.example.com."), RRType::kA});
  Start(plan);
  EXPECT_EQ(Ask("www.example.com.").rcode, Rcode::kServFail);
  EXPECT_TRUE(IsSecure(Ask("two.example.com.")));
}

TEST_F(ValidatorThreatTest, ARevokedKeySignsNothing) {
  SigningPlan plan;
  Break(Breakage::kRevokedKey, &plan);
  Start(plan);
  EXPECT_EQ(Ask("www.example.com.").rcode, Rcode::kServFail);
}

// PowerDNS CVE-2026-52686.
TEST_F(ValidatorThreatTest, AnAliasOfAWildcardNeedsItsProof) {
  SigningPlan plan;
  plan.withheld.wildcard_proof = true;
  Start(plan);
  EXPECT_EQ(Ask("x.walias.example.com.").rcode, Rcode::kServFail);
  EXPECT_TRUE(IsSecure(Ask("alias.example.com.")));
}

// The DNAME says where the name leads, whatever stands beside it.
TEST_F(ValidatorThreatTest, AnUnsignedAliasBesideADnameIsNotBelieved) {
  for (const bool first : {false, true}) {
    Start({});
    Meddle([&](const PlainQuestion& question, PlainMessage* reply) {
      if (!(question.name == NameOf("x.old.example.com.")) || reply->answer.empty()) return;
      PlainRecord forged = reply->answer.front();
      forged.owner = question.name;
      forged.type = RRType::kCNAME;
      const wire::Name target = NameOf("two.example.com.");
      forged.rdata.assign(target.data(), target.data() + target.size());
      std::erase_if(reply->answer,
                    [](const PlainRecord& record) { return record.type == RRType::kCNAME; });
      reply->answer.insert(first ? reply->answer.begin() : reply->answer.end(), forged);
    });
    const PlainMessage answer = Ask("x.old.example.com.");
    ASSERT_TRUE(IsSecure(answer)) << answer.ToText();
    EXPECT_EQ(answer.answer.back().type, RRType::kRRSIG);
    EXPECT_NE(answer.ToText().find("198.51.100.4"), std::string::npos) << answer.ToText();
    EXPECT_EQ(answer.ToText().find("198.51.100.2"), std::string::npos) << answer.ToText();
  }
}

TEST_F(ValidatorThreatTest, AnAliasAndAnotherTypeAtOneNameAreOneOrTheOther) {
  Start({});
  Meddle([&](const PlainQuestion& question, PlainMessage* reply) {
    if (!(question.name == NameOf("www.example.com.")) || reply->answer.empty()) return;
    PlainRecord forged = reply->answer.front();
    forged.type = RRType::kCNAME;
    const wire::Name target = NameOf("two.example.com.");
    forged.rdata.assign(target.data(), target.data() + target.size());
    reply->answer.insert(reply->answer.begin(), forged);
  });
  const PlainMessage answer = Ask("www.example.com.");
  EXPECT_TRUE(IsSecure(answer)) << answer.ToText();
  EXPECT_EQ(answer.ToText().find("CNAME"), std::string::npos) << answer.ToText();
}

// The same, when the zone signs both. It may be the attacker's own.
TEST_F(ValidatorThreatTest, ASignedAliasAndAnotherSignedTypeAtOneNameAreOneOrTheOther) {
  const wire::Name www = NameOf("www.example.com.");
  const SignedZone zone(NameOf("example.com."),
                        RecordsOfText("example.com.",
                                      "@ 3600 SOA ns1 hostmaster 1 7200 3600 604800 300\n"
                                      "@ 3600 NS ns1\nwww 300 A 198.51.100.1\n"),
                        {});
  const std::vector<PlainRecord> alias =
      RecordsOfText("example.com.", "www 300 CNAME two.example.com.\n");
  Rrsig fields = *Rrsig::FromRdata(zone.SignaturesOf(www, RRType::kA)[0].rdata);
  fields.covered = RRType::kCNAME;
  PlainRecord signature = alias[0];
  signature.type = RRType::kRRSIG;
  signature.rdata = zone.Sign(alias, {fields})[0].Rdata();
  for (const bool first : {false, true}) {
    Start({});
    Meddle([&](const PlainQuestion& question, PlainMessage* reply) {
      if (!(question.name == www) || reply->answer.empty()) return;
      const auto at = first ? reply->answer.begin() : reply->answer.end();
      reply->answer.insert(at, {alias[0], signature});
    });
    const PlainMessage answer = Ask("www.example.com.");
    EXPECT_TRUE(IsSecure(answer)) << answer.ToText();
    EXPECT_EQ(answer.answer.size(), 2u) << answer.ToText();
    EXPECT_EQ(answer.ToText().find("CNAME"), std::string::npos) << answer.ToText();
    // The alias is not kept for other types.
    const PlainMessage other = Ask("www.example.com.", RRType::kTXT);
    EXPECT_TRUE(IsSecure(other) && other.answer.empty()) << other.ToText();
    // Its signature is good: alone it is believed.
    Meddle([&](const PlainQuestion& question, PlainMessage* reply) {
      if (question.name == www && !reply->answer.empty()) reply->answer = {alias[0], signature};
    });
    internet_.Restart();
    const PlainMessage alone = Ask("www.example.com.");
    EXPECT_TRUE(IsSecure(alone)) << alone.ToText();
    EXPECT_NE(alone.ToText().find("198.51.100.2"), std::string::npos) << alone.ToText();
  }
}

// BIND 9.21.19.
TEST_F(ValidatorThreatTest, SignaturesThatCameBeforeTheirRRsetDoNotReplaceIt) {
  Start({});
  const PlainMessage signatures = Ask("www.example.com.", RRType::kRRSIG);
  EXPECT_EQ(signatures.rcode, Rcode::kNoError);
  EXPECT_FALSE(signatures.Has(wire::kFlagAD));
  for (int i = 0; i < 2; ++i) {
    const PlainMessage answer = Ask("www.example.com.");
    EXPECT_TRUE(IsSecure(answer)) << answer.ToText();
    EXPECT_EQ(answer.answer.size(), 2u) << answer.ToText();
  }
}

// BIND CVE-2026-3104.
TEST_F(ValidatorThreatTest, MoreSignaturesThanTheLimitAtAProofAreLeftOut) {
  for (const size_t good_at : {size_t{0}, size_t{99}}) {
    SignedTlds internet({.seed = 10});
    SigningPlan plan;
    plan.after_signing.push_back(
        [good_at](const SignedZone&, wire::NameView, RRType type, std::vector<Rrsig>* signatures) {
          if (type != RRType::kNSEC) return;
          const Rrsig good = signatures->front();
          Rrsig bad = good;
          bad.signature[3] ^= 1;
          signatures->assign(100, bad);
          signatures->at(good_at) = good;
        });
    internet.AddSigned("example.com.", kVictim, kVictimRecords, plan);
    internet.Start();
    const PlainMessage answer =
        internet.Lookup("nothing.example.com.", RRType::kA,
                        {.dnssec_ok = false, .flags = wire::kFlagRD | wire::kFlagAD});
    EXPECT_EQ(answer.rcode, good_at == 0 ? Rcode::kNXDomain : Rcode::kServFail) << answer.ToText();
    EXPECT_EQ(answer.Has(wire::kFlagAD), good_at == 0);
  }
}

// BIND GL#5967: an old proof of the zone above the parent.
TEST_F(ValidatorThreatTest, AGrandparentDoesNotMakeAZoneInsecure) {
  const SigningPlan plan;
  std::vector<PlainRecord> records =
      RecordsOfText("example.com.",
                    "@ 3600 SOA ns1 hostmaster 1 7200 3600 604800 300\n@ 3600 NS ns1\n"
                    "ns1 3600 A 192.0.2.20\nsub 3600 NS ns1.sub\nns1.sub 3600 A 192.0.2.21\n");
  const std::vector<PlainRecord> ds = DsRecordsOf(NameOf("sub.example.com."), plan, 3600);
  Start(plan);
  records.insert(records.end(), ds.begin(), ds.end());
  honest_->AddZone(std::make_shared<const SignedZone>(NameOf("example.com."), records, plan));
  // The child's records are forged, so they have no signatures.
  ZoneServer forger("sub.example.com.",
                    "@ 3600 SOA ns1 hostmaster 1 7200 3600 604800 300\n@ 3600 NS ns1\n"
                    "ns1 3600 A 192.0.2.21\nwww 300 A 203.0.113.66\n");
  internet_.world().AddServer("192.0.2.21", &forger);
  // What com. said before example.com. was there: an unsigned delegation of sub.example.com.
  const SignedZone com(NameOf("com."),
                       RecordsOfText("com.",
                                     "@ 3600 SOA a hostmaster 1 7200 3600 604800 300\n"
                                     "@ 3600 NS a\na 3600 A 192.0.2.10\nsub.example 3600 NS a\n"),
                       internet_.tld_plan());
  std::vector<PlainRecord> proof = {*com.DenialAt(NameOf("sub.example.com."))};
  for (const PlainRecord& rrsig : com.SignaturesOf(proof[0].owner, RRType::kNSEC)) {
    proof.push_back(rrsig);
  }
  Meddle([&](const PlainQuestion& question, PlainMessage* reply) {
    if (!question.name.view().IsSubdomainOf(NameOf("sub.example.com."))) return;
    std::erase_if(reply->authority, [](const PlainRecord& record) {
      return record.type != RRType::kNS && record.type != RRType::kSOA;
    });
    if (question.type == RRType::kDS) reply->answer.clear();
    reply->authority.insert(reply->authority.end(), proof.begin(), proof.end());
  });
  const PlainMessage answer = Ask("www.sub.example.com.");
  EXPECT_EQ(answer.rcode, Rcode::kServFail) << answer.ToText();
}

// BIND GL#4760: the worker ends while an answer is validated, at every moment of it.
TEST_F(ValidatorThreatTest, AValidationThatIsCancelledLeavesNothing) {
  SigningPlan plan;
  plan.keys = {{.algorithm = kEcdsaP384}};
  AddKeyTrap(1, 100, &plan, BrokenSets());
  Start(plan);
  bool answered = false;
  for (int turns = 1; !answered; ++turns) {
    internet_.Restart();
    SimWorld& world = internet_.world();
    const ClientQueryId id =
        world.AskDatagram(MakeQuery(7, "www.example.com.", RRType::kA).Encode());
    int turn = 0;
    world.RunUntil([&] { return ++turn > turns || world.client_query(id).answered; },
                   std::chrono::seconds(10));
    answered = world.client_query(id).answered.has_value();
    ASSERT_LT(turns, 1000);
  }
}

constexpr int kJobs = 4;

// The oldest question gives its place to a new one, at every moment of its validation.
TEST_F(ValidatorThreatTest, AValidationThatIsDroppedLeavesNothing) {
  SigningPlan plan;
  plan.keys = {{.algorithm = kEcdsaP384}};
  AddKeyTrap(1, 100, &plan, BrokenSets());
  internet_.settings().resolution.limits.jobs = kJobs;
  internet_.AddUnsigned("plain.com.", "192.0.2.22", "* 300 A 198.51.100.5\n");
  Start(plan);
  bool answered = false;
  for (int turns = 1; !answered; ++turns) {
    internet_.Restart();
    SimWorld& world = internet_.world();
    const ClientQueryId id =
        world.AskDatagram(MakeQuery(7, "www.example.com.", RRType::kA).Encode());
    int turn = 0;
    world.RunUntil([&] { return ++turn > turns || world.client_query(id).answered; },
                   std::chrono::seconds(10));
    answered = world.client_query(id).answered.has_value();
    for (int other = 0; other < kJobs; ++other) {
      const std::string name = "h" + std::to_string(other) + ".plain.com.";
      world.AskDatagram(MakeQuery(8, name, RRType::kA).Encode());
    }
    // The newer questions have no time to end in.
    world.RunFor(std::chrono::milliseconds(1));
    EXPECT_TRUE(world.client_query(id).answered) << turns;
    world.RunFor(std::chrono::seconds(10));
    EXPECT_EQ(internet_.resolver().recursor().jobs_in_flight(), 0u);
    ASSERT_LT(turns, 1000);
  }
}

}  // namespace
}  // namespace tern::sim
