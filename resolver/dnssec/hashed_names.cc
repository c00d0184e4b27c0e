#include "resolver/dnssec/hashed_names.h"

#include <algorithm>
#include <optional>

#include "wire/check.h"

namespace tern::resolver::dnssec {
namespace {

// So many blocks of SHA-1 cost about as much as all else that a hash costs.
constexpr size_t kBlocksOfOneHash = 32;

// What a hash with the parameters takes from a budget: 1 with few iterations.
int CostOf(const Nsec3Parameters& parameters) {
  constexpr size_t kBlockOctets = 64;
  constexpr size_t kPaddingOctets = 9;
  const size_t octets = crypto::kNsec3HashOctets + parameters.salt.size() + kPaddingOctets;
  const size_t blocks = (octets + kBlockOctets - 1) / kBlockOctets;
  return static_cast<int>(1 + parameters.iterations * blocks / kBlocksOfOneHash);
}

}  // namespace

bool operator==(const Nsec3Parameters& a, const Nsec3Parameters& b) {
  return a.iterations == b.iterations && std::ranges::equal(a.salt, b.salt);
}

const Nsec3Hash* HashedNames::Of(size_t labels) {
  TERN_REQUIRE(labels <= labels_);
  if (!known_[labels]) {
    if (!Compute(name_.Suffix(labels), &hashes_[labels])) return nullptr;
    known_[labels] = true;
  }
  return &hashes_[labels];
}

const Nsec3Hash* HashedNames::OfWildcard(size_t labels) {
  TERN_REQUIRE(labels < labels_);
  if (wildcard_labels_ != labels) {
    wire::Name wildcard(name_.Suffix(labels));
    TERN_CHECK_OR(wildcard.Prepend("*"), return nullptr);
    if (!Compute(wildcard, &wildcard_)) return nullptr;
    wildcard_labels_ = labels;
  }
  return &wildcard_;
}

void HashedNames::Remember(size_t labels, const Nsec3Hash& hash) {
  TERN_REQUIRE(labels <= labels_);
  hashes_[labels] = hash;
  known_[labels] = true;
}

void HashedNames::RememberWildcard(size_t labels, const Nsec3Hash& hash) {
  wildcard_ = hash;
  wildcard_labels_ = labels;
}

bool HashedNames::Compute(wire::NameView name, Nsec3Hash* hash) {
  if (budget_->left <= 0) {
    failure_ = DenialReason::kTooCostly;
    return false;
  }
  budget_->left = std::max(budget_->left - CostOf(parameters_), 0);
  const std::optional<Nsec3Hash> computed =
      budget_->hasher->Hash(name, parameters_.salt, parameters_.iterations);
  if (!computed) {
    failure_ = DenialReason::kHashFailed;
    return false;
  }
  *hash = *computed;
  return true;
}

}  // namespace tern::resolver::dnssec
