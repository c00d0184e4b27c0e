// Reads what validation needs from a cache entry: its RRset with the signatures, and its proof
// records, each with the signatures over it.
//
// Thread: any. Views that borrow the entry.
// Bound: kRecordsMax records and kProofRecordsMax proof records.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "cache/entry.h"
#include "resolver/dnssec/denial.h"
#include "wire/name.h"
#include "wire/signed_octets.h"
#include "wire/types.h"

namespace tern::resolver::dnssec {

using Rdata = std::span<const uint8_t>;

// The signers that a signature of the entry names. The one that may have signed: an ancestor of the
// name, or the name itself. Nothing when there is no signature of such a signer. `above`: only
// names strictly above count, because DS is in the parent zone.
std::optional<wire::NameView> SignerOf(cache::EntryView entry, bool above);

// An RRset with its signatures.
class SignedSet {
 public:
  // REQUIRES: the entry is an RRset.
  explicit SignedSet(cache::EntryView rrset);
  // The proof record at place `index` of a denial, or the SOA of one, with what signs it.
  static SignedSet OfProof(cache::EntryView entry, size_t index);
  static SignedSet OfSoa(cache::EntryView denial);

  wire::SignedRRset rrset() const {
    return {.owner = owner_, .type = type_, .rdatas = {rdatas_.data(), count_}};
  }
  std::span<const Rdata> signatures() const { return {signatures_.data(), signature_count_}; }

 private:
  SignedSet() = default;
  void AddSignaturesOf(cache::EntryView entry);

  wire::NameView owner_;
  wire::RRType type_ = wire::RRType::kNone;
  size_t count_ = 0;
  size_t signature_count_ = 0;
  std::array<Rdata, cache::kRecordsMax> rdatas_;
  std::array<Rdata, cache::kProofRecordsMax> signatures_;
};

}  // namespace tern::resolver::dnssec
