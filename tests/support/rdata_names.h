// Where names are in the RDATA of the types that the tests' zones and messages use.
#pragma once

#include "wire/types.h"

namespace tern::test {

// Where the first name in uncompressed RDATA of `type` starts. -1 when the type has no name that a
// resolver follows.
inline int NameOffset(wire::RRType type) {
  switch (type) {
    case wire::RRType::kNS:
    case wire::RRType::kCNAME:
    case wire::RRType::kPTR:
    case wire::RRType::kDNAME:
    case wire::RRType::kSOA:
      return 0;
    case wire::RRType::kMX:
      return 2;
    case wire::RRType::kSRV:
      return 6;
    default:
      return -1;
  }
}

}  // namespace tern::test
