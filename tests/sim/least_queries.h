// How many queries over UDP the answer to a question takes at least, for a resolver that knows
// nothing but the root's address and asks servers that answer at once: one a zone cut, and those
// that QNAME minimisation adds (RFC 9156 section 2.3). Computed from the zones, without resolver/.
//
// Thread: one.
#pragma once

#include <optional>

#include "resolver/settings.h"
#include "tests/sim/naive_oracle.h"
#include "tests/sim/random_internet.h"

namespace tern::sim {

// Nothing where the way is not plain: aliases, servers without glue, hosts of both sides of a cut.
std::optional<size_t> LeastQueries(const RandomInternet& internet, const NaiveOracle& oracle,
                                   resolver::QnameMinimisation mode, wire::NameView name,
                                   wire::RRType type, Time now);

}  // namespace tern::sim
