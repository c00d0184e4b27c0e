// Values as Unbound writes them.
//
// Thread: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "resolver/base/endpoint.h"

namespace tern::resolver::tool {

// `4m`, `1g`, `500k`, `1000000`: octets.
std::optional<uint64_t> ParseUnboundOctets(std::string_view text);

struct UnboundAddress {
  IpAddress address;      // without its scope
  std::string interface;  // of a link-local address; this machine need not have it
  uint16_t port = 0;

  // As tern.yaml has it: `192.0.2.1:53`, `[fe80::1%eth0]:53`.
  std::string ToText() const;
};

// `192.0.2.1@5353#name`, with the port that it names or another.
std::optional<UnboundAddress> ParseUnboundAddress(std::string_view text, uint16_t port);

// The record in master file format that `192.0.2.4 3600 www.example.com` stands for.
std::optional<std::string> ParseUnboundPointer(std::string_view text);

// Whether the domain name is `zone` or lies below it. Letters of both cases are the same, and the
// last dot may be missing.
bool IsInUnboundZone(std::string_view name, std::string_view zone);

}  // namespace tern::resolver::tool
