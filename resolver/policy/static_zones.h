// The configured zones, forward and stub, found by name.
//
// Thread: any; immutable once made. Copies share one index. Bounded by the configuration's list.
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
  // Of two zones with one name the first counts.
  explicit StaticZones(std::vector<StaticZone> zones);

  // The zone that has just that name, or null. The zone lives as long as any copy of these.
  // Budget, as for Nearest: a probe for each label that the name shares with a zone's and one more,
  // however many zones there are; allocates nothing (bench/resolver: BM_NearestStaticZone).
  const StaticZone* At(wire::NameView name) const;
  // The nearest zone at or above the name, or null. `use_forward`: forward zones count.
  const StaticZone* Nearest(wire::NameView name, bool use_forward) const;

 private:
  struct Index;

  std::shared_ptr<const Index> index_;  // null without zones
};

}  // namespace tern::resolver::policy
