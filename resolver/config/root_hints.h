// The root hints: names and addresses of root servers, where resolution starts. They are used only
// to ask for the root's own NS set (RFC 9609 section 2).
//
// Thread: any. Bounded by the limits of ParseRootHints.
#pragma once

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "resolver/base/resolution_settings.h"

namespace tern::resolver::config {

// The thirteen servers of the public root.
std::vector<RootHint> BuiltinRootHints();

// Reads hints in master file format: NS records of the root, and A and AAAA records of those
// servers.
// - Bounded: cache::kNameServersMax servers, and cache::kAddressesPerServerMax addresses of each
//   family for one server.
// - Servers without an address are left out.
// - At least one address is required.
absl::StatusOr<std::vector<RootHint>> ParseRootHints(std::string_view text,
                                                     std::string_view file_name);

}  // namespace tern::resolver::config
