#include "resolver/policy/name_source.h"

namespace tern::resolver::policy {

bool UsesForward(const CoreSettings& settings, wire::NameView name) {
  if (settings.block_lists.Nearest(name) == nullptr) return true;
  const StaticZone* zone = settings.static_zones.Nearest(name, /*use_forward=*/true);
  return zone == nullptr || !zone->forward || !zone->zone.view().IsRoot();
}

const StaticZone* StaticZoneOf(const CoreSettings& settings, wire::NameView name) {
  return settings.static_zones.Nearest(name, UsesForward(settings, name));
}

bool IsAskedAtParent(const CoreSettings& settings, wire::NameView name, wire::RRType type) {
  if (type != wire::RRType::kDS) return false;
  const StaticZone* zone = settings.static_zones.At(name);
  return zone == nullptr || !zone->forward;
}

bool IsDsOfStubZone(const CoreSettings& settings, wire::NameView name, wire::RRType type) {
  const StaticZone* zone = type == wire::RRType::kDS ? settings.static_zones.At(name) : nullptr;
  return zone != nullptr && !zone->forward;
}

bool DeniesBelow(const CoreSettings& settings, wire::NameView name) {
  const StaticZone* zone = StaticZoneOf(settings, name);
  return zone == nullptr || !zone->forward;
}

}  // namespace tern::resolver::policy
