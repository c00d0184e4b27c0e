// Sets of addresses: who may ask, and whom the resolver never asks.
//
// The prefixes are merged into sorted ranges that do not touch one another, so that a look-up is a
// few comparisons for short lists and a binary search for thousands of prefixes.
//
// Thread: any; immutable after it was made. Bounded by the configuration's list.
#pragma once

#include <sys/socket.h>

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "resolver/base/endpoint.h"

namespace tern::resolver::policy {

class AccessList {
 public:
  // Allows nobody.
  AccessList() = default;
  explicit AccessList(std::span<const Prefix> prefixes);

  // An IPv4-mapped IPv6 address is allowed as its IPv4 address too. Other families never are.
  // Budget: 5 ns for up to eight ranges; allocates nothing.
  bool Allows(const sockaddr* address) const;
  bool Allows(const IpAddress& address) const;

 private:
  // Host byte order, both ends included.
  struct Ipv4Range {
    uint32_t first;
    uint32_t last;
  };
  struct Ipv6Number {
    uint64_t high;
    uint64_t low;
    friend auto operator<=>(const Ipv6Number&, const Ipv6Number&) = default;
  };
  struct Ipv6Range {
    Ipv6Number first;
    Ipv6Number last;
  };

  static Ipv6Number NumberOf(const uint8_t* octets);
  void AddIpv6(const Prefix& prefix);
  bool AllowsIpv4(uint32_t address) const;
  bool AllowsIpv6(const uint8_t* octets) const;

  std::vector<Ipv4Range> ipv4_;
  std::vector<Ipv6Range> ipv6_;
};

}  // namespace tern::resolver::policy
