// A set of addresses. It serves for the clients that may ask, for the clients that no rate limit
// counts, and for the addresses that the resolver never asks.
//
// The prefixes become sorted ranges that do not overlap. So a look-up takes a few comparisons in a
// short list, and a binary search in a list of thousands.
//
// Thread: any; immutable after construction. Bounded by the list in the configuration.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <span>
#include <vector>

#include "resolver/base/endpoint.h"

namespace tern::resolver::policy {

class AccessList {
 public:
  // An empty set.
  AccessList() = default;
  explicit AccessList(std::span<const Prefix> prefixes);

  // An IPv4-mapped IPv6 address also counts as its IPv4 address. Addresses of other families are
  // never in the set.
  // Budget: 5 ns for up to eight ranges; allocates nothing.
  bool Contains(const sockaddr* address) const;
  bool Contains(const IpAddress& address) const;

  // True for the same ranges, in whatever order their prefixes came.
  friend bool operator==(const AccessList&, const AccessList&) = default;

 private:
  // In host byte order. Both ends belong to the range.
  struct Ipv4Range {
    uint32_t first;
    uint32_t last;
    friend bool operator==(const Ipv4Range&, const Ipv4Range&) = default;
  };
  struct Ipv6Range {
    Ipv6Number first;
    Ipv6Number last;
    friend bool operator==(const Ipv6Range&, const Ipv6Range&) = default;
  };

  void AddIpv6(const Prefix& prefix);
  bool ContainsIpv4(uint32_t address) const;
  bool ContainsIpv6(const uint8_t* octets) const;

  std::vector<Ipv4Range> ipv4_;
  std::vector<Ipv6Range> ipv6_;
};

}  // namespace tern::resolver::policy
