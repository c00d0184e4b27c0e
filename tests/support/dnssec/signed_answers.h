// What a signed zone adds to a reply for a query with DO (RFC 4035 section 3.1, RFC 5155 section
// 7.2): signatures beside records, DS sets or their absence in referrals, and proofs beside
// negative and wildcard answers.
//
// Thread: one.
#pragma once

#include <vector>

#include "tests/sim/plain_message.h"
#include "tests/sim/zone.h"
#include "tests/support/dnssec/signed_zone.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::sim {

// Adds the signatures of sets that the zone has at their owners.
void AddSignatures(const SignedZone& zone, std::vector<PlainRecord>* section);

// Adds what belongs to one look-up. The records of the look-up itself are in the reply already.
void AddProofs(const SignedZone& zone, wire::NameView name, ZoneMatch match, PlainMessage* reply);

// All RRSIG records of a name, for a query that asks for them.
std::vector<PlainRecord> AllSignaturesAt(const SignedZone& zone, wire::NameView name);

}  // namespace tern::sim
