// A set of addresses: those of the clients that may ask, those that no rate limit counts, those
// that the resolver never asks.
//
// The prefixes become sorted ranges that do not overlap. So a look-up is a few comparisons for a
// short list, and a binary search for thousands of prefixes.
//
// Thread: any; immutable after it was made. Bounded by the configuration's list.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <span>
#include <vector>

#include "resolver/base/endpoint.h"

namespace tern::resolver::policy {

class AccessList {
 public:
  // Contains no address.
  AccessList() = default;
  explicit AccessList(std::span<const Prefix> prefixes);

  // An IPv4-mapped IPv6 address counts as its IPv4 address too. Other families are never in it.
  // Budget: 5 ns for up to eight ranges; allocates nothing.
  bool Contains(const sockaddr* address) const;
  bool Contains(const IpAddress& address) const;

 private:
  // Host byte order, both ends included.
  struct Ipv4Range {
    uint32_t first;
    uint32_t last;
  };
  struct Ipv6Range {
    Ipv6Number first;
    Ipv6Number last;
  };

  void AddIpv6(const Prefix& prefix);
  bool ContainsIpv4(uint32_t address) const;
  bool ContainsIpv6(const uint8_t* octets) const;

  std::vector<Ipv4Range> ipv4_;
  std::vector<Ipv6Range> ipv6_;
};

}  // namespace tern::resolver::policy
