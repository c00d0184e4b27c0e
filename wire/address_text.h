// Addresses as text: `192.0.2.1`, and IPv6 as RFC 5952 writes it.
//
// Thread: any; pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tern::wire {

// REQUIRES: 4 octets or 16.
std::string AddressToText(std::span<const uint8_t> octets);

// The 4 or 16 octets of an address; nothing for any other text.
std::optional<std::string> ParseAddress(std::string_view text);

}  // namespace tern::wire
