// What a worker counts of its queries to the servers of each static zone (forward and stub zones).
//
// Counts of a zone that a reload keeps go on. Those of a zone that it takes out are forgotten.
//
// Thread: one worker uses it, and any thread may call AddTo. Bound: the static zones of the
// configuration, with 24 octets each.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "resolver/base/counter.h"
#include "resolver/policy/static_zones.h"
#include "wire/name.h"

namespace tern::resolver::upstream {

template <typename Count>
struct ZoneCounts {
  Count queries{};
  Count silences{};  // queries without a reply in their time
  Count failures{};  // questions to which no server gave a useful reply
};

// By the zone's name as text.
using ZoneCountSums = std::map<std::string, ZoneCounts<uint64_t>>;

class ZoneCountTable {
 public:
  // Counts these zones from now on. If memory is short, it goes on with those before.
  void SetZones(const policy::StaticZones& zones);
  // The counts of the zone, until the next SetZones. Null: it is none of the zones.
  ZoneCounts<Counter>* Of(wire::NameView zone) const;
  // Throws std::bad_alloc.
  void AddTo(ZoneCountSums* sums) const;

 private:
  struct Zones {
    explicit Zones(const policy::StaticZones& of) : zones(of), counts(of.all().size()) {}

    const policy::StaticZones zones;
    std::vector<ZoneCounts<Counter>> counts;  // in the order of zones.all()
  };
  static ZoneCounts<Counter>* In(Zones& zones, wire::NameView zone);

  mutable std::mutex lock_;  // held by SetZones to change zones_, and by other threads to read it
  std::shared_ptr<Zones> zones_;  // null: there were none yet
};

}  // namespace tern::resolver::upstream
