// Checks one signature with OpenSSL's own verification, slowly and plainly. It shares nothing with
// the code that signs (zone_key.h) but the octets that are signed.
//
// Thread: any.
#pragma once

#include <vector>

#include "tests/sim/plain_message.h"
#include "tests/support/dnssec/rrsig.h"

namespace tern::sim {

// Whether the key of DNSKEY RDATA made the signature of this RRset. It looks neither at names, tags
// and flags nor at times. False for an algorithm or a key that OpenSSL does not take.
bool VerifiesSignature(const Octets& dnskey, const Rrsig& rrsig,
                       const std::vector<PlainRecord>& rrset);

}  // namespace tern::sim
