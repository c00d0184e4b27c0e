// Root key sentinels (RFC 8509): by the names root-key-sentinel-is-ta-NNNNN and
// root-key-sentinel-not-ta-NNNNN, clients find out whether this resolver trusts a key of the root.
//
// Thread: any. Borrows the request and the anchors.
#pragma once

#include <span>

#include "resolver/answer/request.h"
#include "resolver/base/dnssec_settings.h"
#include "wire/name.h"

namespace tern::resolver::answer {

inline constexpr size_t kIsTaOctets = 29;   // of the first label
inline constexpr size_t kNotTaOctets = 30;  // the same

// Whether the name's first label has the length of a sentinel's. That is all that other questions
// cost.
inline bool MayBeSentinel(wire::NameView name) {
  const uint8_t octets = name.octets()[0];
  return octets == kIsTaOctets || octets == kNotTaOctets;
}

// Whether the question gets SERVFAIL in place of a secure answer: it is a sentinel, and what it
// says about the key is wrong.
bool FailsAsSentinel(const Request& request, std::span<const TrustAnchor> anchors);

}  // namespace tern::resolver::answer
