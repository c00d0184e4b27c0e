// The NSEC3 hashes of one name, of the names above it and of the wildcards below those. Each is
// computed when it is first asked for, and never twice.
//
// Thread: any; a value for one question. It borrows everything that it was made from.
// Bound: 3 KiB. The caller's budget bounds the hashes.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>

#include "resolver/crypto/nsec3_hash.h"
#include "resolver/dnssec/denial_proof.h"
#include "wire/name.h"

namespace tern::resolver::dnssec {

using crypto::Nsec3Hash;

// How many hashes of NSEC3 a question may still cost, and what makes them.
struct HashBudget {
  crypto::Nsec3Hasher* hasher = nullptr;  // the worker's
  int left = 0;                           // never becomes negative
};

// What the hashes of one NSEC3 chain are made with. The algorithm is always SHA-1.
struct Nsec3Parameters {
  uint16_t iterations = 0;
  std::span<const uint8_t> salt = {};
};
bool operator==(const Nsec3Parameters& a, const Nsec3Parameters& b);

class HashedNames {
 public:
  // Each hash takes one from `budget`, and more when it has many iterations or a long salt.
  HashedNames(wire::NameView name, const Nsec3Parameters& parameters, HashBudget* budget)
      : name_(name), labels_(name.LabelCount()), parameters_(parameters), budget_(budget) {}
  HashedNames(const HashedNames&) = delete;
  HashedNames& operator=(const HashedNames&) = delete;

  wire::NameView name() const { return name_; }
  size_t labels() const { return labels_; }

  // The hash of the name made of the rightmost `labels` labels. Null when the budget is spent or
  // the library fails; then failure() says which.
  // REQUIRES: labels <= labels().
  const Nsec3Hash* Of(size_t labels);
  // The hash of the wildcard directly below that name, or null as above.
  // REQUIRES: labels < labels().
  const Nsec3Hash* OfWildcard(size_t labels);

  DenialReason failure() const { return failure_; }

  // For a caller that has hashed them before.
  void Remember(size_t labels, const Nsec3Hash& hash);
  void RememberWildcard(size_t labels, const Nsec3Hash& hash);

 private:
  bool Compute(wire::NameView name, Nsec3Hash* hash);

  wire::NameView name_;
  size_t labels_;
  Nsec3Parameters parameters_;
  HashBudget* budget_;
  DenialReason failure_ = DenialReason::kNone;
  std::bitset<wire::kLabelsMax + 1> known_;
  size_t wildcard_labels_ = wire::kLabelsMax + 1;  // none
  Nsec3Hash wildcard_;
  std::array<Nsec3Hash, wire::kLabelsMax + 1> hashes_;  // where known_ says so
};

}  // namespace tern::resolver::dnssec
