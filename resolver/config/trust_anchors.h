// Reads a file of trust anchors (RFC 4033 section 2).
//
// Thread: any. Bounded by the text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "resolver/base/dnssec_settings.h"

namespace tern::resolver::config {

// The two key signing keys of the root, of 2017 and of 2024.
inline constexpr std::string_view kBuiltinTrustAnchor = ". 20326 38696";

// Requires one or more DS or DNSKEY records in master file format, and nothing else. Returns an
// anchor for each owner, in alphabetical order.
absl::StatusOr<std::vector<TrustAnchor>> ReadTrustAnchors(std::string_view text,
                                                          std::string_view file_name);

// A text for each anchor, which trustanchor.server of class CH tells: the name and the key tags, in
// ascending order.
std::vector<std::string> AnchorTexts(const std::vector<TrustAnchor>& anchors);

}  // namespace tern::resolver::config
