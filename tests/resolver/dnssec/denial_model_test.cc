// Proofs of absence against a model: random zones, every question around their names, and every
// subset of the records of their chains. All records prove exactly what is true. Fewer records
// prove the same or nothing.
#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "resolver/dnssec/denial.h"
#include "tests/resolver/dnssec/model_zone.h"

namespace tern::resolver::dnssec {
namespace {

using wire::NameView;
using wire::RRType;

constexpr RRType kAskedTypes[] = {RRType::kA, RRType::kMX, RRType::kDS, RRType::kCNAME,
                                  RRType::kNS};

// What all records must prove. `zone` has no insecure delegations when `opt_out`.
struct Expected {
  const ModelZone& zone;
  bool is_nsec3 = false;
  bool opt_out = false;

  // A proof that rests on a range that covers a name.
  Denial Covered(bool is_true) const {
    if (!is_true) return Denial::kNotProven;
    return opt_out ? Denial::kInsecure : Denial::kProven;
  }
  Denial NameError(NameView name) const { return Covered(zone.IsNameError(name)); }
  Denial NoData(NameView name, RRType type) const {
    if (zone.IsHidden(name)) return Denial::kNotProven;
    if (zone.Exists(name)) {
      return zone.IsNoData(name, type) ? Denial::kProven : Denial::kNotProven;
    }
    // There may be an insecure delegation, or a name that exists because of one.
    return Covered(zone.IsNoData(name, type) || (opt_out && zone.IsNameError(name)));
  }
  NoDs WithoutDs(NameView name) const {
    const NoDs there = zone.WithoutDs(name);
    return opt_out && there == NoDs::kNoSuchName ? NoDs::kInsecure : there;
  }
  // Nothing for what is no question: a hashed chain does not know what lies below a cut.
  std::optional<Denial> WildcardAnswer(NameView name, size_t labels) const {
    if (zone.IsHidden(name)) {
      return is_nsec3 ? std::nullopt : std::optional(Denial::kNotProven);
    }
    if (is_nsec3) return Covered(!zone.Exists(name.Suffix(labels + 1)));
    return Covered(!zone.Exists(name) && zone.ClosestEncloser(name).LabelCount() == labels);
  }
};

class ModelCheck {
 public:
  ModelCheck(const ModelZone& zone, const Expected& expected, std::span<const DenialRecord> records)
      : zone_(zone), expected_(expected), all_(records) {}

  void Ask(NameView name) {
    std::vector<std::vector<DenialRecord>> subsets;
    if (all_.size() <= 6) {
      for (size_t mask = 0; mask < size_t{1} << all_.size(); ++mask) {
        std::vector<DenialRecord>& subset = subsets.emplace_back();
        for (size_t i = 0; i < all_.size(); ++i) {
          if ((mask >> i & 1) != 0) subset.push_back(all_[i]);
        }
      }
    } else {
      for (size_t i = 0; i < all_.size(); ++i) {
        for (size_t j = i; j < all_.size(); ++j) subsets.push_back({all_[i], all_[j]});
      }
      subsets.emplace_back(all_.begin(), all_.end());
    }
    for (const std::vector<DenialRecord>& subset : subsets) {
      AskOf(name, subset, subset.size() == all_.size());
    }
  }

 private:
  template <typename Outcome>
  void Compare(Outcome is, Outcome expected, bool whole, NameView name, const char* what) {
    if (is == expected || (!whole && is == Outcome::kNotProven)) return;
    ADD_FAILURE() << what << " of " << wire::ToText(name) << ": " << static_cast<int>(is)
                  << ", expected " << static_cast<int>(expected)
                  << (whole ? ", all records" : ", some records");
  }

  void AskOf(NameView name, std::span<const DenialRecord> records, bool whole) {
    const NameView zone = zone_.apex();
    HashBudget hashes{&hasher_, 1000};
    const DenialProof name_error = ProveNameError(zone, name, records, &hashes);
    Compare(name_error.outcome, expected_.NameError(name), whole, name, "name error");
    if (name_error.outcome != Denial::kNotProven) {
      EXPECT_EQ(name_error.closest_encloser, expected_.zone.ClosestEncloser(name));
    }
    for (const RRType type : kAskedTypes) {
      const Denial outcome = ProveNoData(zone, name, type, records, &hashes).outcome;
      // Without the wildcard's record it may be an insecure delegation that has no such type.
      if (whole || outcome != Denial::kInsecure || !expected_.opt_out ||
          expected_.zone.Exists(name)) {
        Compare(outcome, expected_.NoData(name, type), whole, name, "no data");
      }
      EXPECT_TRUE(outcome != Denial::kProven || zone_.IsNoData(name, type));
    }
    const NoDs without_ds = ProveNoDs(zone, name, records, &hashes).outcome;
    Compare(without_ds, expected_.WithoutDs(name), whole, name, "without a DS");
    if (without_ds != NoDs::kNotProven && without_ds != NoDs::kInsecure) {
      EXPECT_EQ(without_ds, zone_.WithoutDs(name));
    }
    for (size_t labels = zone.LabelCount(); labels < name.LabelCount(); ++labels) {
      const auto expected = expected_.WildcardAnswer(name, labels);
      if (!expected) continue;
      Compare(ProveWildcardAnswer(zone, name, labels, records, &hashes).outcome, *expected, whole,
              name, "wildcard answer");
    }
    EXPECT_GT(hashes.left, 0);
  }

  const ModelZone& zone_;
  const Expected& expected_;
  std::span<const DenialRecord> all_;
  crypto::Nsec3Hasher hasher_;
};

// The zone's names, names above and below them, and others.
std::set<wire::Name, CanonicalOrder> Questions(const ModelZone& zone, std::mt19937& random) {
  std::set<wire::Name, CanonicalOrder> questions;
  for (const auto& [name, types] : zone.nodes()) {
    questions.insert(name);
    for (const std::string_view label : {"*", "a", "q"}) {
      wire::Name below(name);
      EXPECT_TRUE(below.Prepend(label));
      questions.insert(below);
    }
    for (NameView above = name; above.IsSubdomainOf(zone.apex()) && !above.IsRoot();) {
      questions.insert(wire::Name(above));
      above = above.Parent();
    }
  }
  for (int i = 0; i < 10; ++i) questions.insert(ModelZone::AnyName(zone.apex(), random));
  return questions;
}

constexpr unsigned kWorlds = 60;

TEST(DenialModelTest, NsecProvesWhatIsTrue) {
  for (unsigned seed = 0; seed < kWorlds && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const ModelZone zone = ModelZone::Any(seed % 8 == 0 ? "." : "example.", random() % 8, random);
    RecordList records;
    zone.AddNsecChain(&records);
    const Expected expected{.zone = zone};
    ModelCheck check(zone, expected, records);
    for (const wire::Name& name : Questions(zone, random)) check.Ask(name);
  }
}

TEST(DenialModelTest, Nsec3ProvesWhatIsTrue) {
  for (unsigned seed = 0; seed < kWorlds && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const ModelZone zone = ModelZone::Any(seed % 8 == 0 ? "." : "example.", random() % 6, random);
    const Nsec3Form form{.iterations = static_cast<uint16_t>(random() % 2 * 3),
                         .salt = random() % 2 == 0 ? "" : "salt",
                         .opt_out = seed % 2 == 1};
    const ModelZone listed = form.opt_out ? zone.WithoutInsecureCuts() : zone;
    RecordList records;
    zone.AddNsec3Chain(form, &records);
    if (records.records().size() > kDenialRecordsMax) continue;
    const Expected expected{.zone = listed, .is_nsec3 = true, .opt_out = form.opt_out};
    ModelCheck check(zone, expected, records);
    for (const wire::Name& name : Questions(zone, random)) check.Ask(name);
  }
}

}  // namespace
}  // namespace tern::resolver::dnssec
