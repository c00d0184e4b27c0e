// Checks a file of trust anchors (RFC 4033 section 2). This version does not validate yet. The
// check makes sure that a later version, which validates, can use the operator's file.
//
// Thread: any. Bounded by the text.
#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace tern::resolver::config {

// Requires one or more DS or DNSKEY records in master file format, and nothing else.
absl::Status CheckTrustAnchors(std::string_view text, std::string_view file_name);

}  // namespace tern::resolver::config
