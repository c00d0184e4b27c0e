// Walks up the names above a name, for what they say about it: a zone cut, a denial (RFC 8020), a
// DNAME (RFC 6672).
//
// Three rules hold for every walk:
// - The walk ends at the nearest zone cut. What is above the cut says nothing about names below it.
// - Nothing above a static zone (a stub or forward zone) says anything about that zone. Nor does
//   anything above a block list if the root zone is forwarded.
// - A zone cut counts only within its TTL. After that, the parent's statement has ended (ghost
//   domains).
//
// Thread: as cache::Store::Find. Nothing here waits.
#pragma once

#include <cstdint>

#include "cache/entry.h"
#include "cache/store.h"
#include "resolver/answer/zone_cut.h"
#include "resolver/policy/core_settings.h"
#include "resolver/policy/name_source.h"
#include "wire/name.h"

namespace tern::resolver::answer {

struct Ancestor {
  wire::NameView name;   // inside the name that the walk started with
  uint64_t hash = 0;     // the store's hash
  cache::EntryView cut;  // the delegation to the zone with this apex; null when none is known
  // A static zone is between it and the name that the walk started with.
  bool is_above_static_zone = false;
};

enum class Walk : uint8_t { kOn, kStop };

// Calls `visit(const Ancestor&)` for the names strictly above `name`, from the nearest one to the
// root. The walk ends when `visit` returns kStop, and after the first zone cut.
template <typename Visit>
void ForEachAncestor(const cache::Store& store, const policy::CoreSettings& settings,
                     wire::NameView name, cache::Instant now, Visit visit) {
  Ancestor ancestor;
  // What the forwarders of the root zone say about names above a block list does not count in it.
  const BlockList* list =
      policy::UsesForward(settings, name) ? nullptr : settings.block_lists.Nearest(name);
  while (!name.IsRoot()) {
    ancestor.is_above_static_zone |=
        settings.static_zones.At(name) != nullptr || (list != nullptr && name.Equals(list->zone));
    name = name.Parent();
    ancestor.name = name;
    ancestor.hash = store.Hash(name);
    ancestor.cut = FreshCut(store, name, ancestor.hash, now);
    if (visit(ancestor) == Walk::kStop || ancestor.cut) return;
  }
}

}  // namespace tern::resolver::answer
