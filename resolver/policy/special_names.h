// The special names, which a resolver answers itself and never sends upstream: RFC 6761, 6303,
// 7793, 7686, 8375, 9462, 9476 and RFC 6762 section 22.1. Names that those documents leave to the
// DNS are not here (`example.`, `ipv4only.arpa.`).
//
// Thread: any; constants.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace tern::resolver::policy {

enum class SpecialZoneKind : uint8_t {
  kEmpty,      // a zone with SOA and NS only; names below it do not exist
  kLocalhost,  // every name in it has the loopback addresses (RFC 6761 section 6.3)
};

struct SpecialZone {
  std::string_view zone;  // absolute, in presentation format
  SpecialZoneKind kind;
};
std::span<const SpecialZone> SpecialZones();

// A name that exists inside a special zone. It has a PTR record to `localhost.`, or no records.
struct SpecialNode {
  std::string_view name;
  bool points_to_localhost;
};
std::span<const SpecialNode> SpecialNodes();

}  // namespace tern::resolver::policy
