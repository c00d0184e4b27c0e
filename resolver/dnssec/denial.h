// Proofs of absence: what NSEC and NSEC3 records say about a name and a type (RFC 4035 section 5.4,
// RFC 5155 section 8, RFC 6840 section 4, RFC 9824).
//
// The caller has verified the records before: each has a signature by a key of `zone`, whose signer
// is `zone`. A record that a wildcard made (fewer labels in its RRSIG than in its owner) must not
// come here (RFC 4035 section 5.4). Everything else about the records is checked here.
//
// Invariants:
// 1. A proof is never wrong when records are missing: fewer records prove less.
// 2. A record outside the zone proves nothing, nor does a range that ends outside the zone.
// 3. What a delegation or a DNAME has at its name is no proof for names below it. At a delegation
//    only the absence of a DS can be proven (RFC 6840 section 4.1).
//
// Thread: any. Pure functions; nothing is allocated.
// Bound: at most kDenialRecordsMax records are looked at, and each name of the search costs one
// hash of the caller's budget.
#pragma once

#include <cstddef>
#include <span>

#include "resolver/dnssec/denial_proof.h"
#include "resolver/dnssec/hashed_names.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::dnssec {

// That `name` does not exist in `zone`, nor a wildcard that could make it (NXDOMAIN).
// Each hash of NSEC3 takes one from `hashes`.
DenialProof ProveNameError(wire::NameView zone, wire::NameView name,
                           std::span<const DenialRecord> records, HashBudget* hashes);

// That `name` has neither `type` nor a CNAME: it exists without them, or it is an empty
// non-terminal, or the wildcard that makes it is without them. kInsecure if there may be an
// unsigned zone that says so (opt-out).
DenialProof ProveNoData(wire::NameView zone, wire::NameView name, wire::RRType type,
                        std::span<const DenialRecord> records, HashBudget* hashes);

// That an answer was rightly made from a wildcard: no name exists that is nearer to `name` than the
// wildcard's (RFC 4035 section 5.3.4, RFC 5155 section 8.8). `labels` is the labels field of the
// answer's RRSIG. The wildcard stands directly below `closest_encloser`.
DenialProof ProveWildcardAnswer(wire::NameView zone, wire::NameView name, size_t labels,
                                std::span<const DenialRecord> records, HashBudget* hashes);

// That `name`, which is below `zone`, has no DS, and what is there instead. For the walk down to a
// zone. A wildcard makes no zone cut, so none has to be denied.
NoDsProof ProveNoDs(wire::NameView zone, wire::NameView name, std::span<const DenialRecord> records,
                    HashBudget* hashes);

}  // namespace tern::resolver::dnssec
