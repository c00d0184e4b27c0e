// RRSIG records, and the octets that a signature covers (RFC 4034 sections 3.1.8.1 and 6). Written
// for tests from the RFC alone, so that it shares no mistake with the resolver.
//
// Thread: any. Values.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tests/sim/plain_message.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::sim {

struct Rrsig {
  wire::RRType covered = wire::RRType::kNone;
  uint8_t algorithm = 0;
  uint8_t labels = 0;
  uint32_t original_ttl = 0;
  uint32_t expiration = 0;  // seconds since 1970, as serial numbers
  uint32_t inception = 0;
  uint16_t tag = 0;
  wire::Name signer{};
  Octets signature{};

  Octets Rdata() const;
  // Nothing when the RDATA has another shape.
  static std::optional<Rrsig> FromRdata(const Octets& rdata);
};

// The labels of an owner as an RRSIG counts them: neither the root's nor a `*` at the left.
uint8_t SignedLabels(wire::NameView owner);

// RDATA with the names in lower case for the types that RFC 4034 section 6.2 lists and RFC 6840
// section 5.1 has left.
Octets CanonicalRdata(wire::RRType type, const Octets& rdata);

// What is signed: the RRSIG's RDATA without the signature, then the RRset in canonical form and
// order. An owner with more labels than the RRSIG says becomes the wildcard.
// REQUIRES: the RRset is not empty; the owner has at least `rrsig.labels` labels.
Octets SignedOctets(const Rrsig& rrsig, const std::vector<PlainRecord>& rrset);

// The key tag of DNSKEY RDATA (RFC 4034 appendix B).
uint16_t KeyTagOf(const Octets& dnskey);

}  // namespace tern::sim
