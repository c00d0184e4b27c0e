// The zones whose keys a worker has found to be good.
//
// Thread: one worker's.
// Bound: kPlaces zones; a new one replaces the one in its place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "cache/ttl.h"
#include "resolver/dnssec/zone_keys.h"
#include "wire/name.h"

namespace tern::resolver::dnssec {

class TrustTable {
 public:
  static constexpr size_t kPlaces = 1024;

  TrustTable() : places_(kPlaces) {}

  // The keys of the zone, or null. `hash` is the store's. Valid until the next Put or Clear.
  ZoneKeys* Find(wire::NameView zone, uint64_t hash, cache::Instant now) {
    Place* const place = places_[hash % kPlaces].get();
    if (place == nullptr || !(place->expiry > now) || !place->zone.view().Equals(zone)) {
      return nullptr;
    }
    return &place->keys;
  }
  ZoneKeys* Put(wire::NameView zone, uint64_t hash, ZoneKeys keys, cache::Instant expiry) {
    std::unique_ptr<Place>& place = places_[hash % kPlaces];
    place = std::make_unique<Place>(Place{wire::Name(zone), std::move(keys), expiry});
    return &place->keys;
  }
  // After a change of the trust anchors.
  void Clear() {
    for (std::unique_ptr<Place>& place : places_) place.reset();
  }

 private:
  struct Place {
    wire::Name zone;
    ZoneKeys keys;
    cache::Instant expiry;
  };

  std::vector<std::unique_ptr<Place>> places_;
};

}  // namespace tern::resolver::dnssec
