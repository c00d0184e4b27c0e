// Where resolution starts: the names and addresses of the root's servers. They only serve to ask
// for the root's own NS set (RFC 9609 section 2).
//
// Thread: any.
#pragma once

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "resolver/base/resolution_settings.h"

namespace tern::resolver::config {

// The thirteen servers of the public root.
std::vector<RootHint> BuiltinRootHints();

// Hints in master file format: NS records of the root, A and AAAA records of those servers. At
// most cache::kNameServersMax servers, cache::kAddressesPerServerMax addresses of a family each;
// at least one address. Servers without an address are left out.
absl::StatusOr<std::vector<RootHint>> ParseRootHints(std::string_view text,
                                                     std::string_view file_name);

}  // namespace tern::resolver::config
