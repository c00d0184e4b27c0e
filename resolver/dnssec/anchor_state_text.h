// The state of the trust anchors as text, as the daemon keeps it in a file.
//
//   tern-trust-anchors 1
//   last-good 1795900000
//   zone .
//   key valid 1790000000 257 3 8 (base64)
//   sum 0f1e2d3c4b5a6978
//
// The sum finds what a disk or an interrupted writer has torn. It protects against nobody who may
// write to the file.
//
// Thread: any. Bounded by the text, of kStateOctetsMax octets.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "resolver/dnssec/anchor_keeper.h"

namespace tern::resolver::dnssec {

inline constexpr size_t kStateOctetsMax = size_t{1} << 20;

std::string WriteAnchorState(const AnchorState& state);
// Reads only what WriteAnchorState writes. An error says in words what was expected.
absl::StatusOr<AnchorState> ReadAnchorState(std::string_view text);
// Whether the text begins as a state does, perhaps of another version.
bool LooksLikeAnchorState(std::string_view text);

}  // namespace tern::resolver::dnssec
