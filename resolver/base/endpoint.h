// Addresses of hosts, and of sockets on hosts.
//
// Thread: any; values.
#pragma once

#include <endian.h>
#include <sys/socket.h>

#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tern::resolver {

// An IPv6 address as a number, for masks, ranges and hashes.
struct Ipv6Number {
  uint64_t high = 0;
  uint64_t low = 0;

  // REQUIRES: `octets` points to 16 octets.
  static Ipv6Number FromOctets(const uint8_t* octets) {
    Ipv6Number number;
    std::memcpy(&number.high, octets, sizeof number.high);
    std::memcpy(&number.low, octets + 8, sizeof number.low);
    return {be64toh(number.high), be64toh(number.low)};
  }
  // ::ffff:0:0/96: the low 32 bits are an IPv4 address (RFC 4291 section 2.5.5.2).
  bool IsIpv4Mapped() const { return high == 0 && low >> 32 == 0xffff; }
  friend auto operator<=>(const Ipv6Number&, const Ipv6Number&) = default;
};

struct IpAddress {
  uint8_t octets[16] = {};  // the first 4 for IPv4, the others zero
  uint8_t size = 0;         // 4, 16, or 0 for none
  // The number of the interface at which a link-local address is meant (RFC 4007 section 6); 0 for
  // other addresses.
  uint32_t scope = 0;

  static IpAddress FromOctets(std::span<const uint8_t> octets) {
    IpAddress address;
    address.size = static_cast<uint8_t>(octets.size());
    std::memcpy(address.octets, octets.data(), octets.size());
    return address;
  }
  // `192.0.2.1` or `2001:db8::1`; no scope, no brackets.
  static std::optional<IpAddress> Parse(std::string_view text);
  // As Parse, and also `fe80::1%eth0` or `fe80::1%2`, with an interface that this machine has. Only
  // a link-local address may name an interface.
  static std::optional<IpAddress> ParseScoped(std::string_view text);
  // With the interface when the address has one.
  std::string ToText() const;

  bool IsIpv4() const { return size == 4; }
  bool IsIpv6() const { return size == 16; }
  // `0.0.0.0` and `::`.
  bool IsUnspecified() const;
  // 127.0.0.0/8 and `::1`.
  bool IsLoopback() const;
  // 224.0.0.0/4 and all addresses above it, so the limited broadcast address too; ff00::/8.
  bool IsMulticast() const { return IsIpv4() ? octets[0] >= 224 : octets[0] == 0xff; }
  // fe80::/10.
  bool IsLinkLocal() const { return IsIpv6() && octets[0] == 0xfe && (octets[1] & 0xc0) == 0x80; }
  // True when it could be an address at any interface, so that it can neither be bound to nor
  // asked.
  bool LacksInterface() const { return IsLinkLocal() && scope == 0; }
  bool IsIpv4Mapped() const { return IsIpv6() && Ipv6Number::FromOctets(octets).IsIpv4Mapped(); }
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

struct Endpoint {
  IpAddress address;
  uint16_t port = 0;

  // `192.0.2.1:53`, `[2001:db8::1]:53` or `[fe80::1%eth0]:53`. When the port is missing, it is
  // `default_port`. An IPv6 address whose last group could be a port (`::1:53`) needs brackets.
  static std::optional<Endpoint> Parse(std::string_view text, uint16_t default_port);
  // The same of a server that can be asked: the port is 53 when it is missing, and not 0, and a
  // link-local address has its interface.
  static std::optional<Endpoint> ParseServer(std::string_view text);
  static Endpoint FromSockaddr(const sockaddr* address);
  // Fills *storage and returns its size, as socket calls want it.
  socklen_t ToSockaddr(sockaddr_storage* storage) const;
  std::string ToText() const;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// A block of addresses.
struct Prefix {
  IpAddress address;
  uint8_t length = 0;  // bits

  // `127.0.0.0/8`. An address without a length is a block of one address. Bits after the length
  // must be zero.
  static std::optional<Prefix> Parse(std::string_view text);
  // An IPv4-mapped IPv6 address counts as its IPv4 address. The interface of a link-local address
  // does not count.
  bool Contains(const IpAddress& candidate) const;
  std::string ToText() const;
  friend bool operator==(const Prefix&, const Prefix&) = default;
};

}  // namespace tern::resolver
