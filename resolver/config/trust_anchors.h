// Checks a file of trust anchors (RFC 4033 section 2). This version does not validate yet. The
// check makes sure that a version which does can use the file that the operator names.
//
// Thread: any.
#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace tern::resolver::config {

// At least one DS or DNSKEY record in master file format, and nothing else.
absl::Status CheckTrustAnchors(std::string_view text, std::string_view file_name);

}  // namespace tern::resolver::config
