#include "resolver/config/item_text.h"

#include "resolver/base/domain_text.h"

namespace tern::resolver::config {
std::optional<Prefix> ParsePrefix(const std::string& text) { return Prefix::Parse(text); }

std::optional<IpAddress> ParseAddress(const std::string& text) {
  const auto address = IpAddress::ParseScoped(text);
  return address && !address->LacksInterface() ? address : std::nullopt;
}

std::optional<Endpoint> ParseEndpoint(const std::string& text) {
  return Endpoint::ParseServer(text);
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
