// What the types of a name say about a question, for NSEC and NSEC3 alike (RFC 6840 section 4).
//
// Thread: any. Pure functions.
#pragma once

#include "resolver/dnssec/denial_proof.h"
#include "wire/type_bitmap.h"
#include "wire/types.h"

namespace tern::resolver::dnssec {

// A delegation, seen from the zone above.
inline bool IsCut(const wire::TypeBitmap& types) {
  return types.Contains(wire::RRType::kNS) && !types.Contains(wire::RRType::kSOA);
}

// Whether `types` are of a name below which the zone has nothing of its own: a delegation or a
// DNAME.
inline bool EndsTheZone(const wire::TypeBitmap& types) {
  return IsCut(types) || types.Contains(wire::RRType::kDNAME);
}

// Why a name that has `types` is no proof that it has neither `type` nor a CNAME. kNone when it is
// one. For a DS the caller knows that `types` are not of a zone's own name.
inline DenialReason WhyTypeNotDenied(const wire::TypeBitmap& types, wire::RRType type) {
  using wire::RRType;
  if (type == RRType::kANY || types.Contains(type) || types.Contains(RRType::kCNAME)) {
    return DenialReason::kTypeExists;
  }
  // At a delegation the zone knows only whether there is a DS (RFC 6840 section 4.1).
  return type != RRType::kDS && IsCut(types) ? DenialReason::kBelowCut : DenialReason::kNone;
}

}  // namespace tern::resolver::dnssec
