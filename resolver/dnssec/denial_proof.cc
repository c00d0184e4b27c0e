#include "resolver/dnssec/denial_proof.h"

namespace tern::resolver::dnssec {

const char* TextOf(DenialReason reason) {
  switch (reason) {
    case DenialReason::kNone:
      return "";
    case DenialReason::kOptOut:
      return "the name is in an opt-out span, which does not list insecure delegations";
    case DenialReason::kTooManyIterations:
      return "NSEC3 with too many iterations";
    case DenialReason::kTooCostly:
      return "the proof of absence needs too many NSEC3 hashes";
    case DenialReason::kHashFailed:
      return "the library could not compute an NSEC3 hash";
    case DenialReason::kNoRecords:
      return "no NSEC or NSEC3 record of the zone came with the answer";
    case DenialReason::kOutsideZone:
      return "the records are of a zone that does not hold the name";
    case DenialReason::kNotCovered:
      return "no NSEC or NSEC3 record covers the name";
    case DenialReason::kNoClosestEncloser:
      return "no NSEC3 record matches a name above the name";
    case DenialReason::kWildcardNotDenied:
      return "no NSEC or NSEC3 record denies the wildcard that could make the name";
    case DenialReason::kNameExists:
      return "the NSEC or NSEC3 records say that the name exists";
    case DenialReason::kNoSuchName:
      return "the NSEC or NSEC3 records say that the name does not exist";
    case DenialReason::kTypeExists:
      return "the NSEC or NSEC3 record says that the name has this type or a CNAME";
    case DenialReason::kBelowCut:
      return "the NSEC or NSEC3 record is of a delegation or a DNAME above the name";
    case DenialReason::kFromChild:
      return "the zone itself denies its DS, and not the zone above";
    case DenialReason::kCloserNameExists:
      return "the NSEC records say that a name nearer than the wildcard exists";
  }
  return "";
}

Reason ReasonOf(DenialReason reason) {
  switch (reason) {
    case DenialReason::kNone:
    case DenialReason::kOptOut:
      return Reason::kNone;
    case DenialReason::kTooManyIterations:
      return Reason::kTooManyIterations;
    case DenialReason::kTooCostly:
      return Reason::kBudget;
    case DenialReason::kHashFailed:
      return Reason::kNoMeans;
    case DenialReason::kNoRecords:
    case DenialReason::kNotCovered:
    case DenialReason::kNoClosestEncloser:
    case DenialReason::kWildcardNotDenied:
      return Reason::kNoProof;
    case DenialReason::kOutsideZone:
    case DenialReason::kNameExists:
    case DenialReason::kNoSuchName:
    case DenialReason::kTypeExists:
    case DenialReason::kBelowCut:
    case DenialReason::kFromChild:
    case DenialReason::kCloserNameExists:
      return Reason::kBadProof;
  }
  return Reason::kBadProof;
}

}  // namespace tern::resolver::dnssec
