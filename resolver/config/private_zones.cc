#include "resolver/config/private_zones.h"

#include <algorithm>
#include <cstdint>

#include "resolver/base/endpoint.h"

namespace tern::resolver::config {
namespace {

bool IsPrivate(const IpAddress& address) {
  if (address.IsLoopback() || address.IsLinkLocal()) return true;
  const uint8_t* const octets = &address.octets[0];
  if (address.IsIpv6()) return (octets[0] & 0xfe) == 0xfc;
  return octets[0] == 10 || (octets[0] == 172 && octets[1] >> 4 == 1) ||
         (octets[0] == 192 && octets[1] == 168) || (octets[0] == 169 && octets[1] == 254);
}

bool IsExempt(const StaticZone& zone, const std::vector<TrustAnchor>& anchors) {
  if (zone.validate || zone.zone.view().IsRoot() || zone.to.empty()) return false;
  const bool has_anchor = std::any_of(anchors.begin(), anchors.end(),
                                      [&](const auto& anchor) { return anchor.zone == zone.zone; });
  return !has_anchor && std::all_of(zone.to.begin(), zone.to.end(), [](const Endpoint& server) {
    return IsPrivate(server.address);
  });
}

}  // namespace

std::vector<wire::Name> PrivateZones(const std::vector<StaticZone>& zones,
                                     const std::vector<TrustAnchor>& anchors) {
  std::vector<wire::Name> exempt;
  for (const StaticZone& zone : zones) {
    if (IsExempt(zone, anchors)) exempt.push_back(zone.zone);
  }
  return exempt;
}

}  // namespace tern::resolver::config
