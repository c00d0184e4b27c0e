// Reads a file of trust anchors (RFC 4033 section 2). This version does not validate yet. The file
// is read so that a later version, which validates, can use it, and so that trustanchor.server of
// class CH can tell which anchors are configured.
//
// Thread: any. Bounded by the text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace tern::resolver::config {

// The two key signing keys of the root, of 2017 and of 2024.
inline constexpr std::string_view kBuiltinTrustAnchor = ". 20326 38696";

// Requires one or more DS or DNSKEY records in master file format, and nothing else. Returns a text
// for each owner: its name and the key tags of its records, in ascending order.
absl::StatusOr<std::vector<std::string>> ReadTrustAnchors(std::string_view text,
                                                          std::string_view file_name);

}  // namespace tern::resolver::config
