#include "resolver/config/exempt_zones.h"

#include <algorithm>
#include <utility>

#include "resolver/config/private_zones.h"

namespace tern::resolver::config {

NegativeAnchors ExemptZonesAt(const std::vector<NegativeAnchor>& configured,
                              const std::vector<StaticZone>& static_zones,
                              const std::vector<TrustAnchor>& trust_anchors, int64_t now) {
  std::vector<NegativeAnchor> in_force;
  for (const NegativeAnchor& anchor : configured) {
    if (now < anchor.until) in_force.push_back(anchor);
  }
  for (const wire::Name& zone : PrivateZones(static_zones, trust_anchors)) {
    in_force.emplace_back().zone = zone;
  }
  return NegativeAnchors(std::move(in_force));
}

int64_t NextEnd(const std::vector<NegativeAnchor>& configured, int64_t now) {
  int64_t next = NegativeAnchor::kNoEnd;
  for (const NegativeAnchor& anchor : configured) {
    if (now < anchor.until) next = std::min(next, anchor.until);
  }
  return next;
}

}  // namespace tern::resolver::config
