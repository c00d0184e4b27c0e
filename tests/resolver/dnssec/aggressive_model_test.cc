// The aggressive index against a naive list of all records that it was taught: random zones, of
// which ranges are learnt and expire in any order.
#include <gtest/gtest.h>

#include <cstddef>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "resolver/dnssec/aggressive.h"
#include "resolver/dnssec/denial.h"
#include "tests/resolver/dnssec/learnt_zone.h"
#include "tests/resolver/dnssec/model_zone.h"
#include "wire/presentation.h"

namespace tern::resolver::dnssec {
namespace {

using wire::NameView;
using wire::RRType;

class LearntModel {
 public:
  LearntModel(const ModelZone& zone, const RecordList& chain, bool is_opt_out)
      : zone_(zone),
        chain_(chain.records()),
        expiries_(chain_.size()),
        is_opt_out_(is_opt_out),
        soa_(zone.apex()) {}

  void LearnSome(AggressiveIndex* index, cache::Instant now, std::mt19937& random) {
    std::vector<VerifiedRecord> learnt;
    for (size_t count = random() % 3; count > 0; --count) {
      const size_t i = random() % chain_.size();
      expiries_[i] = now + 1 + random() % 40;
      learnt.push_back(Verified(chain_[i], expiries_[i]));
    }
    index->Learn(zone_.apex(), soa_.Until(now + 100), learnt, now);
  }

  void Check(AggressiveIndex* index, NameView name, RRType type, cache::Instant now) {
    std::vector<DenialRecord> fresh;
    for (size_t i = 0; i < chain_.size(); ++i) {
      if (expiries_[i] > now) fresh.push_back(chain_[i]);
    }
    const NameView zones[] = {zone_.apex()};
    HashBudget hashes{&hasher_, 1000};
    const bool found = index->Answer(zones, name, type, now, &hashes, &answer_);
    const AggressiveKind kind = found ? answer_.kind() : AggressiveKind::kNone;
    SCOPED_TRACE(wire::ToText(name) + " " + wire::ToText(type) + ", kind " +
                 std::to_string(static_cast<int>(kind)));
    const bool is_name_error =
        ProveNameError(zone_.apex(), name, fresh, &hashes).outcome == Denial::kProven;
    const bool is_no_data =
        ProveNoData(zone_.apex(), name, type, fresh, &hashes).outcome == Denial::kProven;
    EXPECT_EQ(kind == AggressiveKind::kNameError, is_name_error);
    EXPECT_EQ(kind == AggressiveKind::kNoData, is_no_data);
    if (kind == AggressiveKind::kNone) return;
    CheckAnswer(kind, name, type, now);
  }

 private:
  // By the answer's own records alone, and by the zone.
  void CheckAnswer(AggressiveKind kind, NameView name, RRType type, cache::Instant now) {
    const std::vector<DenialRecord> proof = ProofOf(answer_);
    HashBudget hashes{&hasher_, 1000};
    EXPECT_GT(answer_.expiry(), now);
    EXPECT_EQ(answer_.records()[0].type == RRType::kSOA, kind != AggressiveKind::kWildcard);
    Denial outcome = Denial::kNotProven;
    if (kind == AggressiveKind::kNameError) {
      outcome = ProveNameError(zone_.apex(), name, proof, &hashes).outcome;
      EXPECT_TRUE(zone_.IsNameError(name));
    } else if (kind == AggressiveKind::kNoData) {
      outcome = ProveNoData(zone_.apex(), name, type, proof, &hashes).outcome;
      EXPECT_TRUE(zone_.IsNoData(name, type));
    } else {
      const size_t labels = answer_.wildcard().LabelCount() - 1;
      outcome = ProveWildcardAnswer(zone_.apex(), name, labels, proof, &hashes).outcome;
      EXPECT_FALSE(zone_.Exists(name) || zone_.IsHidden(name));
      EXPECT_EQ(answer_.wildcard().Parent(), zone_.ClosestEncloser(name));
    }
    EXPECT_EQ(outcome, Denial::kProven);
    EXPECT_FALSE(is_opt_out_ && !zone_.Exists(name));
  }

  const ModelZone& zone_;
  std::span<const DenialRecord> chain_;
  std::vector<cache::Instant> expiries_;
  bool is_opt_out_;
  SignedSoa soa_;
  crypto::Nsec3Hasher hasher_;
  AggressiveAnswer answer_;
};

constexpr RRType kTypes[] = {RRType::kA, RRType::kDS, RRType::kMX, RRType::kNS};

TEST(AggressiveModelTest, AnswersAreThoseOfANaiveList) {
  for (unsigned seed = 0; seed < 120 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const ModelZone zone = ModelZone::Any(seed % 8 == 7 ? "." : "example.", random() % 8, random);
    const bool is_opt_out = seed % 4 == 3;
    RecordList chain;
    if (seed % 2 == 0) {
      zone.AddNsecChain(&chain);
    } else {
      zone.AddNsec3Chain({.salt = seed % 3 == 0 ? "" : "salt", .opt_out = is_opt_out}, &chain);
    }
    if (chain.records().size() > kDenialRecordsMax) continue;
    AggressiveIndex index(size_t{1} << 20, seed);
    LearntModel model(zone, chain, is_opt_out);
    cache::Instant now(1000);
    for (int step = 0; step < 60; ++step) {
      model.LearnSome(&index, now, random);
      for (int i = 0; i < 10; ++i) {
        const wire::Name name = ModelZone::AnyName(zone.apex(), random);
        model.Check(&index, name, kTypes[random() % std::size(kTypes)], now);
      }
      model.Check(&index, zone.apex(), kTypes[random() % std::size(kTypes)], now);
      now += random() % 10;
    }
  }
}

}  // namespace
}  // namespace tern::resolver::dnssec
