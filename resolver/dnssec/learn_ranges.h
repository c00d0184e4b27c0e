// Teaches the aggressive index what a validated denial proves, and the store what a wildcard has
// (RFC 8198).
//
// Thread: one worker's.
// Bound: the records of one entry.
#pragma once

#include "cache/entry.h"
#include "cache/ttl.h"
#include "resolver/dnssec/aggressive.h"
#include "resolver/dnssec/validate_entry.h"
#include "resolver/dnssec/verify.h"

namespace tern::resolver::dnssec {

// Learns the SOA and the ranges of a denial that ValidateEntry found to be secure. Its signatures
// were verified a moment ago, so they are not verified again.
void LearnRanges(cache::EntryView denial, const Verifier& verifier, cache::Instant now,
                 AggressiveIndex* index);

// The RRset as it stands at the wildcard that made it, for other names below that wildcard. Built
// in `scratch`. Empty when it has no room there.
// REQUIRES: ValidateEntry found by `judgement` that `rrset` is secure and of a wildcard. Where that
// is, and how long it counts, comes from there: signatures that were not verified may say
// something else.
std::span<const uint8_t> AtItsWildcard(cache::EntryView rrset, const Judgement& judgement,
                                       cache::Instant now, std::span<uint8_t> scratch);

}  // namespace tern::resolver::dnssec
