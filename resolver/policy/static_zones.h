// The static zones (forward and stub zones) of the configuration, found by name.
//
// Thread: any; immutable after construction. Copies share one index. Bounded by the list in the
// configuration.
#pragma once

#include <memory>
#include <vector>

#include "resolver/base/resolution_settings.h"
#include "wire/name.h"

namespace tern::resolver::policy {

class StaticZones {
 public:
  // No zones.
  StaticZones() = default;
  // When two zones have the same name, the first one counts.
  explicit StaticZones(std::vector<StaticZone> zones);

  // All of them, in the order of the configuration.
  const std::vector<StaticZone>& all() const;
  // The zone with exactly that name, or null. The zone lives as long as any copy of this object.
  // Budget, also for Nearest: one probe for each label that the name shares with a zone's name, and
  // one more, whatever the number of zones; allocates nothing (bench/resolver:
  // BM_NearestStaticZone).
  const StaticZone* At(wire::NameView name) const;
  // The nearest zone at or above the name, or null. `use_forward` is true when forward zones count.
  const StaticZone* Nearest(wire::NameView name, bool use_forward) const;

 private:
  struct Index;

  std::shared_ptr<const Index> index_;  // null without zones
};

}  // namespace tern::resolver::policy
