// Asks for every proof of absence with records that the input makes.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "resolver/dnssec/denial.h"
#include "tests/fuzz/denial_tape.h"
#include "tests/fuzz/property.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::dnssec {
namespace {

class Question {
 public:
  explicit Question(std::span<const uint8_t> input)
      : source_(input),
        name_(source_.TakeName()),
        type_(static_cast<wire::RRType>(source_.tape().Octet())),
        labels_(source_.tape().Octet()),
        budget_(static_cast<int>(source_.tape().Below(40))) {
    while (!source_.tape().AtEnd() && records_.size() < 2 * kDenialRecordsMax) {
      records_.push_back(source_.TakeRecord());
    }
  }

  void Ask() {
    const wire::NameView zone = source_.zone();
    HashBudget hashes{source_.hasher(), budget_};
    const DenialProof name_error = ProveNameError(zone, name_, records_, &hashes);
    CheckProof(name_error);
    CheckProof(ProveNoData(zone, name_, type_, records_, &hashes));
    const DenialProof wildcard = ProveWildcardAnswer(zone, name_, labels_, records_, &hashes);
    CheckProof(wildcard);
    if (wildcard.outcome == Denial::kProven) {
      TERN_FUZZ_PROPERTY(wildcard.closest_encloser.LabelCount() == labels_);
    }
    const NoDsProof without_ds = ProveNoDs(zone, name_, records_, &hashes);
    TERN_FUZZ_PROPERTY(
        (without_ds.outcome == NoDs::kNotProven || without_ds.outcome == NoDs::kInsecure) ==
        (without_ds.reason != DenialReason::kNone));
    TERN_FUZZ_PROPERTY(without_ds.outcome == NoDs::kNotProven || !name_.view().Equals(zone));
    TERN_FUZZ_PROPERTY(hashes.left >= 0 && hashes.left <= budget_);
    // The same records once more say the same.
    if (records_.size() * 2 > kDenialRecordsMax) return;
    records_.insert(records_.end(), records_.begin(), records_.end());
    HashBudget again{source_.hasher(), budget_};
    TERN_FUZZ_PROPERTY(ProveNameError(zone, name_, records_, &again).outcome == name_error.outcome);
  }

 private:
  void CheckProof(const DenialProof& proof) const {
    TERN_FUZZ_PROPERTY((proof.outcome == Denial::kProven) == (proof.reason == DenialReason::kNone));
    TERN_FUZZ_PROPERTY((*TextOf(proof.reason) == 0) == (proof.reason == DenialReason::kNone));
    if (proof.outcome == Denial::kNotProven) return;
    TERN_FUZZ_PROPERTY(!records_.empty());
    TERN_FUZZ_PROPERTY(name_.view().IsSubdomainOf(proof.closest_encloser));
  }

  fuzz::DenialTape source_;
  wire::Name name_;
  wire::RRType type_;
  size_t labels_;
  int budget_;
  std::vector<DenialRecord> records_;
};

}  // namespace
}  // namespace tern::resolver::dnssec

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  if (size > 4096) return 0;
  tern::resolver::dnssec::Question({octets, size}).Ask();
  return 0;
}
