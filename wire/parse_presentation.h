// Reads names and RDATA from text (RFC 1035 section 5.1, RFC 3597 section 5, RFC 9460 section 2.1
// for SVCB). An error says in words what was expected. presentation.h is for the other direction.
//
// For hints, trust anchors, the tool and tests, never on the hot path.
//
// Thread: any.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::wire {

// A name without a dot at its end is relative to `origin`. `@` is the origin.
absl::StatusOr<Name> ParseName(std::string_view text, NameView origin = NameView());
// Parses the fields behind the type into uncompressed RDATA. In `tokens` quotes are removed and
// escapes kept. Accepts `\# n hex` for every type.
absl::StatusOr<std::vector<uint8_t>> ParseRdata(RRType type, std::span<const std::string> tokens,
                                                NameView origin = NameView());

}  // namespace tern::wire
