// The chain of trust in the trace of a resolution: what was found at each zone cut, and why.
//
// Thread: one worker's. Nothing happens when the job has no trace.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cache/entry.h"
#include "resolver/dnssec/reason.h"
#include "resolver/dnssec/zone_keys.h"
#include "resolver/resolution/job.h"
#include "wire/name.h"

namespace tern::resolver::resolution {

// What the DS records of a name, or their absence, have shown.
struct DsFinding {
  enum class Kind : uint8_t { kBogus, kSigned, kUnsigned, kNoCut, kNothingBelow, kOtherSigner };
  Kind kind = Kind::kBogus;
  const dnssec::Problem& problem;            // kBogus, kOtherSigner; perhaps kUnsigned
  std::span<const std::vector<uint8_t>> ds;  // kSigned: RDATA
};
// `zone`: the zone above, whose keys are good.
void TraceDs(Job& job, const wire::Name& name, const wire::Name& zone, const DsFinding& finding);

// The zone's keys are good, unless `keys` is null or there is a problem: `how` they were proven.
void TraceKeys(Job& job, const wire::Name& zone, dnssec::ZoneKeys* keys,
               const dnssec::Problem& problem, const char* how);

// Nothing below the zone is signed, because of an older proof or for this reason.
void TraceInsecure(Job& job, const wire::Name& zone, const dnssec::Problem& problem);

// What a server said about DS or DNSKEY is bogus, and another one is asked.
void TraceRetry(Job& job, const wire::Name& name, wire::RRType type,
                const dnssec::Problem& problem);

// What validation says about a part of the answer.
void TraceJudgement(Job& job, cache::EntryView part, cache::Security security,
                    const dnssec::Problem& problem);

}  // namespace tern::resolver::resolution
