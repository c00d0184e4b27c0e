// The zones whose keys a worker has found to be good.
//
// Thread: one worker's.
// A zone may go while a job waits that needs it. Then the job walks the way to its keys again.
//
// Bound: kPlaces zones and kOctetsMax octets. A new zone replaces the one in its place; when the
// octets are too many, others go in turn. Zones that went come again from the store, whose entry
// says that their keys are good.
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
  // What zones of three keys take on average, and a bound for zones whose keys are many and large.
  static constexpr size_t kOctetsMax = 12 << 20;

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
    const size_t octets = sizeof(Place) + keys.octets_max();
    auto made = std::make_unique<Place>(Place{wire::Name(zone), std::move(keys), expiry, octets});
    Empty(&place);
    while (octets_ + octets > kOctetsMax && octets_ > 0) Empty(&places_[hand_++ % kPlaces]);
    octets_ += octets;
    place = std::move(made);
    return &place->keys;
  }
  // The memory that the zones take at most.
  size_t octets() const { return octets_; }
  // After a change of the trust anchors.
  void Clear() {
    for (std::unique_ptr<Place>& place : places_) Empty(&place);
  }

 private:
  struct Place {
    wire::Name zone;
    ZoneKeys keys;
    cache::Instant expiry;
    size_t octets = 0;
  };

  void Empty(std::unique_ptr<Place>* place) {
    if (*place == nullptr) return;
    octets_ -= (*place)->octets;
    place->reset();
  }

  std::vector<std::unique_ptr<Place>> places_;
  size_t octets_ = 0;
  size_t hand_ = 0;  // the place that is emptied next
};

}  // namespace tern::resolver::dnssec
