#include "resolver/upstream/zone_counts.h"

#include <cstddef>
#include <new>
#include <utility>

#include "wire/presentation.h"

namespace tern::resolver::upstream {

ZoneCounts<Counter>* ZoneCountTable::In(Zones& zones, wire::NameView zone) {
  const StaticZone* const found = zones.zones.At(zone);
  return found == nullptr ? nullptr : &zones.counts[found - zones.zones.all().data()];
}

ZoneCounts<Counter>* ZoneCountTable::Of(wire::NameView zone) const {
  return zones_ == nullptr ? nullptr : In(*zones_, zone);
}

void ZoneCountTable::SetZones(const policy::StaticZones& zones) try {
  auto next = std::make_shared<Zones>(zones);
  for (size_t i = 0; i < next->counts.size(); ++i) {
    const ZoneCounts<Counter>* const before = Of(zones.all()[i].zone);
    if (before == nullptr) continue;
    next->counts[i].queries.Set(before->queries);
    next->counts[i].silences.Set(before->silences);
    next->counts[i].failures.Set(before->failures);
  }
  const std::lock_guard guard(lock_);
  zones_.swap(next);
} catch (const std::bad_alloc&) {
  // What is new is not counted.
}

void ZoneCountTable::AddTo(ZoneCountSums* sums) const {
  std::shared_ptr<const Zones> zones;
  {
    const std::lock_guard guard(lock_);
    zones = zones_;
  }
  if (zones == nullptr) return;
  for (size_t i = 0; i < zones->counts.size(); ++i) {
    ZoneCounts<uint64_t>& sum = (*sums)[wire::ToText(zones->zones.all()[i].zone)];
    sum.queries += zones->counts[i].queries;
    sum.silences += zones->counts[i].silences;
    sum.failures += zones->counts[i].failures;
  }
}

}  // namespace tern::resolver::upstream
