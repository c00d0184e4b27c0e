// The name of an address's PTR records, below in-addr.arpa. or ip6.arpa. (RFC 1035 section 3.5,
// RFC 3596 section 2.5).
//
// Thread: any.
#pragma once

#include "resolver/base/endpoint.h"
#include "wire/name.h"

namespace tern::resolver {

// REQUIRES: address.size != 0.
wire::Name ReverseName(const IpAddress& address);

}  // namespace tern::resolver
