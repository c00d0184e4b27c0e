#include "resolver/config/private_zones.h"

#include <algorithm>

#include "resolver/base/endpoint.h"

namespace tern::resolver::config {
namespace {

bool IsPrivate(const IpAddress& address) {
  static const Prefix kPrivate[] = {
      *Prefix::Parse("10.0.0.0/8"),     *Prefix::Parse("172.16.0.0/12"),
      *Prefix::Parse("192.168.0.0/16"), *Prefix::Parse("127.0.0.0/8"),
      *Prefix::Parse("169.254.0.0/16"), *Prefix::Parse("::1"),
      *Prefix::Parse("fc00::/7"),       *Prefix::Parse("fe80::/10"),
  };
  return std::any_of(std::begin(kPrivate), std::end(kPrivate),
                     [&](const Prefix& prefix) { return prefix.Contains(address); });
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
