// The walk up the names above a name, for what they say of it: a zone cut, a denial (RFC 8020), a
// DNAME (RFC 6672).
//
// Three rules hold for everybody who walks:
// - The walk ends at the nearest zone cut. What lies above the cut says nothing of what is below.
// - Nothing above a zone of the configuration says anything about that zone.
// - A zone cut is within its TTL: the parent's word on it has ended with the TTL (ghost domains).
//
// Thread: as cache::Store::Find; nothing here waits.
#pragma once

#include <cstdint>

#include "cache/entry.h"
#include "cache/store.h"
#include "resolver/answer/zone_cut.h"
#include "resolver/policy/core_settings.h"
#include "wire/name.h"

namespace tern::resolver::answer {

struct Ancestor {
  wire::NameView name;   // inside the name that the walk began with
  uint64_t hash = 0;     // the store's
  cache::EntryView cut;  // the delegation to the zone whose apex it is; null when none is known
  // A zone of the configuration lies between it and the name that the walk began with.
  bool is_above_static_zone = false;
};

enum class Walk : uint8_t { kOn, kStop };

// Calls `visit(const Ancestor&)`, which returns a Walk, for the names strictly above `name` from
// the nearest one to the root. It ends where `visit` says so and after the first zone cut.
template <typename Visit>
void ForEachAncestor(const cache::Store& store, const policy::CoreSettings& settings,
                     wire::NameView name, cache::Seconds now, Visit visit) {
  Ancestor ancestor;
  while (!name.IsRoot()) {
    ancestor.is_above_static_zone |= settings.static_zones.At(name) != nullptr;
    name = name.Parent();
    ancestor.name = name;
    ancestor.hash = store.Hash(name);
    ancestor.cut = FreshCut(store, name, ancestor.hash, now);
    if (visit(ancestor) == Walk::kStop || ancestor.cut) return;
  }
}

}  // namespace tern::resolver::answer
