#include "wire/extended_error_name.h"

#include <cstddef>
#include <iterator>

namespace tern::wire {

std::string_view ExtendedErrorName(uint16_t code) {
  static constexpr std::string_view kNames[] = {
      "Other Error",
      "Unsupported DNSKEY Algorithm",
      "Unsupported DS Digest Type",
      "Stale Answer",
      "Forged Answer",
      "DNSSEC Indeterminate",
      "DNSSEC Bogus",
      "Signature Expired",
      "Signature Not Yet Valid",
      "DNSKEY Missing",
      "RRSIGs Missing",
      "No Zone Key Bit Set",
      "NSEC Missing",
      "Cached Error",
      "Not Ready",
      "Blocked",
      "Censored",
      "Filtered",
      "Prohibited",
      "Stale NXDOMAIN Answer",
      "Not Authoritative",
      "Not Supported",
      "No Reachable Authority",
      "Network Error",
      "Invalid Data",
      "Signature Expired before Valid",
      "Too Early",
      "Unsupported NSEC3 Iterations Value",
      "Unable to conform to policy",
      "Synthesized",
      "Invalid Query Type",
      "Rate Limited",
      "Over Quota",
      "Negative Trust Anchor",
  };
  return code < std::size(kNames) ? kNames[code] : "unassigned";
}

}  // namespace tern::wire
