// How the clients that ask most are shown (`http.top_clients`).
//
// Thread: any; values.
#pragma once

#include <cstdint>

#include "resolver/base/endpoint.h"

namespace tern::resolver {

enum class TopClients : uint8_t {
  kPrefix,  // as the prefix of their address, so that nobody is told who of a household asks what
  kFull,
  kOff,
};

// The lengths of the prefixes. A household has one of them, or shares one with others.
inline constexpr uint8_t kShownBitsOfIpv4 = 24;
inline constexpr uint8_t kShownBitsOfIpv6 = 56;

// What is shown in place of the client. An IPv4-mapped IPv6 address counts as its IPv4 address.
// REQUIRES: the client has an address; shown != kOff.
Prefix ShownAs(const IpAddress& client, TopClients shown);

}  // namespace tern::resolver
