#include "resolver/config/item_text.h"

#include <cstdint>

#include "resolver/base/domain_text.h"

namespace tern::resolver::config {
namespace {

constexpr uint16_t kDnsPort = 53;

}  // namespace

std::optional<Prefix> ParsePrefix(const std::string& text) { return Prefix::Parse(text); }

std::optional<IpAddress> ParseAddress(const std::string& text) {
  const auto address = IpAddress::ParseScoped(text);
  return address && !address->LacksInterface() ? address : std::nullopt;
}

std::optional<Endpoint> ParseEndpoint(const std::string& text) {
  const auto endpoint = Endpoint::Parse(text, kDnsPort);
  if (!endpoint || endpoint->port == 0 || endpoint->address.LacksInterface()) return std::nullopt;
  return endpoint;
}

std::string_view WhyNoHost(const IpAddress& address) {
  if (address.IsMulticast()) return "a multicast address";
  if (address.IsIpv4Mapped()) return "an IPv4 address in IPv6 form";
  return address.IsUnspecified() ? "an address that stands for all" : "";
}

std::optional<wire::Name> ParseDomain(const std::string& text) {
  const auto name = ParseDomainText(text);
  return name.ok() ? std::optional(*name) : std::nullopt;
}

}  // namespace tern::resolver::config
