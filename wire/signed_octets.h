// The octets that an RRSIG signs (RFC 4034 section 3.1.8.1, RFC 4035 section 5.3.2).
//
// Thread: any. Nothing here allocates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "wire/canonical.h"
#include "wire/dnssec_records.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::wire {

// The records of one name, type and class. The RDATA is uncompressed.
struct SignedRRset {
  NameView owner;
  RRType type = RRType::kNone;
  RRClass rrclass = RRClass::kIN;
  std::span<const std::span<const uint8_t>> rdatas;
};

// The labels that RRSIG.labels counts: without the root label and without an asterisk at the left
// (RFC 4034 section 3.1.3).
size_t SignedLabels(NameView owner);

enum class SignedOctetsError : uint8_t {
  kNone,
  kLabels,    // the RRSIG has more labels than the owner: RFC 4035 section 5.3.1
  kBadRdata,  // a name that has to be lowered is not there, or RDATA is larger than 65,535 octets
  kNoRoom,    // `out` is too small; SignedOctetsSize octets are enough
};

// How many octets WriteSignedOctets writes. With the largest names and 256 records that is 68,113
// and the RDATA.
size_t SignedOctetsSize(const SignedRRset& rrset, const CanonicalOrder& order,
                        const RrsigView& rrsig);

// Writes the octets that `rrsig` signs to the front of `out`, and their number to `*written`. If
// `rrsig` has fewer labels than the owner, the RRset came from a wildcard, and the wildcard is the
// owner that was signed. That answers nothing else about the signature: its type, its signer and
// its dates are for the caller to check. REQUIRES: `order` was made of rrset.type and rrset.rdatas.
// `rrsig` came from ReadRrsig. `out` overlaps none of the input.
[[nodiscard]] SignedOctetsError WriteSignedOctets(const SignedRRset& rrset,
                                                  const CanonicalOrder& order,
                                                  const RrsigView& rrsig, std::span<uint8_t> out,
                                                  size_t* written);

}  // namespace tern::wire
