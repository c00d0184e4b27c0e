// Names, types and RDATA as text, both ways (RFC 1035 section 5.1, RFC 3597 section 5,
// RFC 9460 section 2.1 for SVCB). For hints, trust anchors, the tool, logs and tests: never on the
// hot path.
//
// Thread: any.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::wire {

// With escapes (`\.`, `\032`) and a dot at the end: `www.example.com.`, `.` for the root.
std::string ToText(NameView name);
// `A`, or `TYPE65280` for one that has no mnemonic (RFC 3597 section 5).
std::string ToText(RRType type);
std::string ToText(RRClass rrclass);
std::string ToText(Rcode rcode);
// RDATA as a master file writes it; `\# n hex` for opaque types and for octets that do not have
// their type's shape.
std::string RdataToText(RRType type, std::span<const uint8_t> rdata);

// A name without a dot at its end is relative to `origin`. `@` is the origin.
absl::StatusOr<Name> ParseName(std::string_view text, NameView origin = NameView());
std::optional<RRType> ParseType(std::string_view text);
std::optional<RRClass> ParseClass(std::string_view text);
// `tokens` are the fields behind the type, quotes undone but escapes kept; gives the uncompressed
// RDATA. Accepts `\# n hex` for every type.
absl::StatusOr<std::vector<uint8_t>> ParseRdata(RRType type, std::span<const std::string> tokens,
                                                NameView origin = NameView());

}  // namespace tern::wire
