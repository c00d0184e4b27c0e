#include "resolver/policy/jurisdiction.h"

#include <algorithm>

namespace tern::resolver::policy {

const StaticZone* NearestStaticZone(const CoreSettings& settings, wire::NameView name,
                                    bool use_forward) {
  const StaticZone* nearest = nullptr;
  for (const StaticZone& candidate : settings.static_zones) {
    if ((candidate.forward && !use_forward) || !name.IsSubdomainOf(candidate.zone)) continue;
    if (nearest == nullptr || candidate.zone.size() > nearest->zone.size()) nearest = &candidate;
  }
  return nearest;
}

const StaticZone* StaticZoneAt(const CoreSettings& settings, wire::NameView name) {
  const auto found =
      std::find_if(settings.static_zones.begin(), settings.static_zones.end(),
                   [&](const StaticZone& zone) { return zone.zone.view().Equals(name); });
  return found == settings.static_zones.end() ? nullptr : &*found;
}

bool IsAskedAbove(const CoreSettings& settings, wire::NameView name, wire::RRType type) {
  if (type != wire::RRType::kDS) return false;
  const StaticZone* zone = StaticZoneAt(settings, name);
  return zone == nullptr || !zone->forward;
}

bool IsAtBorder(const CoreSettings& settings, wire::NameView name, wire::RRType type) {
  const StaticZone* zone = type == wire::RRType::kDS ? StaticZoneAt(settings, name) : nullptr;
  return zone != nullptr && !zone->forward;
}

bool DeniesBelow(const CoreSettings& settings, wire::NameView name) {
  const StaticZone* zone = NearestStaticZone(settings, name, /*use_forward=*/true);
  return zone == nullptr || !zone->forward;
}

}  // namespace tern::resolver::policy
