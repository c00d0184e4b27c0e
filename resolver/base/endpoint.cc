#include "resolver/base/endpoint.h"

#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>

#include "wire/address_text.h"
#include "wire/text_encoding.h"

namespace tern::resolver {
namespace {

// True when the first `bits` bits of both are the same.
bool SharesBits(const uint8_t* a, const uint8_t* b, size_t bits) {
  const size_t whole = bits / 8;
  if (std::memcmp(a, b, whole) != 0) return false;
  const size_t rest = bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<uint8_t>(0xff00 >> rest);
  return ((a[whole] ^ b[whole]) & mask) == 0;
}

// The number of an interface that is named by its name or by its number. 0 when there is none.
uint32_t InterfaceNumber(const std::string& interface) {
  if (const uint32_t number = if_nametoindex(interface.c_str()); number != 0) return number;
  char name[IF_NAMESIZE];
  const auto number = wire::ParseDecimal<uint32_t>(interface);
  return number && if_indextoname(*number, name) != nullptr ? *number : 0;
}

std::string InterfaceText(uint32_t number) {
  char name[IF_NAMESIZE];
  return if_indextoname(number, name) != nullptr ? name : std::to_string(number);
}

// Whether the text is an IPv6 address with and without its last group, and that group looks like a
// port for DNS: `::1:53`. Its author may have meant either.
bool MayEndWithAPort(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return false;
  const auto port = wire::ParseDecimal<uint16_t>(text.substr(colon + 1));
  const bool is_likely = port && (*port == 53 || *port == 853 || *port >= 1024);
  return is_likely && IpAddress::Parse(text.substr(0, colon)).value_or(IpAddress()).IsIpv6();
}

}  // namespace

std::optional<IpAddress> IpAddress::Parse(std::string_view text) {
  const std::optional<std::string> octets = wire::ParseAddress(text);
  if (!octets) return std::nullopt;
  return FromOctets(wire::AsOctets(*octets));
}

std::optional<IpAddress> IpAddress::ParseScoped(std::string_view text) {
  const size_t percent = text.find('%');
  std::optional<IpAddress> address = Parse(text.substr(0, percent));
  if (!address || percent == std::string_view::npos) return address;
  if (address->IsLinkLocal())
    address->scope = InterfaceNumber(std::string(text.substr(percent + 1)));
  return address->scope != 0 ? address : std::nullopt;
}

std::string IpAddress::ToText() const {
  if (size == 0) return "none";
  const std::string text = wire::AddressToText({octets, size});
  return scope == 0 ? text : text + "%" + InterfaceText(scope);
}

bool IpAddress::IsUnspecified() const {
  return size != 0 && std::all_of(octets, octets + size, [](uint8_t octet) { return octet == 0; });
}

bool IpAddress::IsLoopback() const {
  static constexpr IpAddress kIpv6Loopback = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 16};
  return IsIpv4() ? octets[0] == 127 : *this == kIpv6Loopback;
}

std::optional<Endpoint> Endpoint::Parse(std::string_view text, uint16_t default_port) {
  std::string_view host = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    host = text.substr(1, close - 1);
    const std::string_view rest = text.substr(close + 1);
    if (!rest.empty() && !rest.starts_with(':')) return std::nullopt;
    if (!rest.empty()) port = rest.substr(1);
    if (!rest.empty() && port.empty()) return std::nullopt;
    if (host.find(':') == std::string_view::npos) return std::nullopt;
  } else if (const size_t colon = text.find(':');
             colon != std::string_view::npos &&
             text.find(':', colon + 1) == std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (port.empty()) return std::nullopt;
  } else if (MayEndWithAPort(text)) {
    return std::nullopt;
  }
  const std::optional<IpAddress> address = IpAddress::ParseScoped(host);
  if (!address) return std::nullopt;
  Endpoint endpoint{*address, default_port};
  if (!port.empty()) {
    const auto number = wire::ParseDecimal<uint16_t>(port);
    if (!number) return std::nullopt;
    endpoint.port = *number;
  }
  return endpoint;
}

std::optional<Endpoint> Endpoint::ParseServer(std::string_view text) {
  constexpr uint16_t kDnsPort = 53;
  const auto server = Parse(text, kDnsPort);
  if (!server || server->port == 0 || server->address.LacksInterface()) return std::nullopt;
  return server;
}

Endpoint Endpoint::FromSockaddr(const sockaddr* address) {
  Endpoint endpoint;
  if (address->sa_family == AF_INET) {
    sockaddr_in in;
    std::memcpy(&in, address, sizeof in);
    endpoint.address.size = 4;
    std::memcpy(endpoint.address.octets, &in.sin_addr, 4);
    endpoint.port = ntohs(in.sin_port);
  } else if (address->sa_family == AF_INET6) {
    sockaddr_in6 in6;
    std::memcpy(&in6, address, sizeof in6);
    endpoint.address.size = 16;
    std::memcpy(endpoint.address.octets, &in6.sin6_addr, 16);
    endpoint.address.scope = in6.sin6_scope_id;
    endpoint.port = ntohs(in6.sin6_port);
  }
  return endpoint;
}

socklen_t Endpoint::ToSockaddr(sockaddr_storage* storage) const {
  if (address.size == 16) {
    sockaddr_in6 in6 = {};
    in6.sin6_family = AF_INET6;
    in6.sin6_port = htons(port);
    std::memcpy(&in6.sin6_addr, address.octets, 16);
    in6.sin6_scope_id = address.scope;
    std::memcpy(storage, &in6, sizeof in6);
    return sizeof in6;
  }
  sockaddr_in in = {};
  in.sin_family = AF_INET;
  in.sin_port = htons(port);
  std::memcpy(&in.sin_addr, address.octets, 4);
  std::memcpy(storage, &in, sizeof in);
  return sizeof in;
}

std::string Endpoint::ToText() const {
  const std::string host = address.ToText();
  return (address.IsIpv6() ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::optional<Prefix> Prefix::Parse(std::string_view text) {
  const size_t slash = text.find('/');
  const std::optional<IpAddress> address = IpAddress::Parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  Prefix prefix{*address, static_cast<uint8_t>(address->size * 8)};
  if (slash != std::string_view::npos) {
    const auto length = wire::ParseDecimal<uint8_t>(text.substr(slash + 1), prefix.length);
    if (!length) return std::nullopt;
    prefix.length = *length;
  }
  for (size_t bit = prefix.length; bit < address->size * size_t{8}; ++bit) {
    if ((address->octets[bit / 8] >> (7 - bit % 8) & 1) != 0) return std::nullopt;
  }
  return prefix;
}

bool Prefix::Contains(const IpAddress& candidate) const {
  if (candidate.size == address.size) {
    return SharesBits(candidate.octets, address.octets, length);
  }
  if (candidate.IsIpv4Mapped() && address.IsIpv4()) {
    return SharesBits(candidate.octets + 12, address.octets, length);
  }
  return false;
}

std::string Prefix::ToText() const { return address.ToText() + "/" + std::to_string(length); }

}  // namespace tern::resolver
