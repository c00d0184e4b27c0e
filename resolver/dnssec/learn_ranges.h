// Teaches the aggressive index what a validated entry proves, and the store what a wildcard has
// (RFC 8198).
//
// It takes an entry that has its stamp, and what was verified of it, and verifies nothing itself.
// So what others learn never lives longer than the entry itself, and what no good signature says is
// never learnt.
//
// Thread: one worker's.
// Bound: the records of one entry.
#pragma once

#include "cache/entry.h"
#include "cache/ttl.h"
#include "resolver/dnssec/aggressive.h"
#include "resolver/dnssec/validate_entry.h"

namespace tern::resolver::dnssec {

// Learns the SOA and the ranges of a denial, or the ranges beside what a wildcard made.
// REQUIRES: ValidateEntry found `verified` of the entry, which was stamped as secure.
void LearnRanges(cache::EntryView entry, const VerifiedParts& verified, cache::Instant now,
                 AggressiveIndex* index);

// The RRset as it stands at the wildcard that made it, for other names below that wildcard. Built
// in `scratch`. Empty when it has no room there.
// REQUIRES: as LearnRanges, and the RRset was found to be of a wildcard.
std::span<const uint8_t> AtItsWildcard(cache::EntryView rrset, const VerifiedParts& verified,
                                       cache::Instant now, std::span<uint8_t> scratch);

}  // namespace tern::resolver::dnssec
