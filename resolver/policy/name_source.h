// The source of a name: where answers about it come from. Each name has exactly one:
// - local data;
// - otherwise the nearest static zone at or above the name. Forwarders of the root zone are not
//   asked for the names of a block list, because most lists refuse public resolvers;
// - otherwise the public tree.
//
// Data from another source is ignored, even when an alias leads there. Without that rule:
// - A public CNAME to a name of an internal zone would let strangers deny or invent that name.
// - A public CNAME to `localhost.`, or to a name of the hosts file, would put their records beside
//   the local ones.
//
// Thread: any. Borrows the settings, the local data and the name. Bound: no memory of its own.
#pragma once

#include "resolver/policy/core_settings.h"
#include "resolver/policy/local_data.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::policy {

// Whether forward zones count for the name. If they do not, the only one above it is the root zone.
bool UsesForward(const CoreSettings& settings, wire::NameView name);
// The nearest static zone that counts for the name. Null for the public tree.
const StaticZone* StaticZoneOf(const CoreSettings& settings, wire::NameView name);

// True when the question goes to servers above `name`. That holds for DS, because a zone's DS
// records are in its parent (RFC 4035 section 3.1.4.1). It does not hold when `name` is a forward
// zone, because the forwarders know them too.
bool IsAskedAtParent(const CoreSettings& settings, wire::NameView name, wire::RRType type);
// True for the DS of a stub zone `name`. The zone's parent is asked for it, and for nothing else of
// the zone. The parent has a DS or has none.
bool IsDsOfStubZone(const CoreSettings& settings, wire::NameView name, wire::RRType type);

// True when NXDOMAIN for `name` denies all names below it. That holds for an authoritative zone
// (RFC 8020). A forwarder may have names below `name` from elsewhere.
bool DeniesBelow(const CoreSettings& settings, wire::NameView name);

// The source of one name, for which servers are asked.
class NameSource {
 public:
  NameSource(const CoreSettings& settings, const LocalData& local_data, wire::NameView name)
      : settings_(settings), local_data_(local_data), name_(name) {}

  // True when `name` has the same source. It is called for the targets of aliases, not for every
  // reply. It is false for every local name, because local data needs no server.
  bool IsSourceOf(wire::NameView name) const {
    return StaticZoneOf(settings_, name) == StaticZoneOf(settings_, name_) &&
           !local_data_.Has(name);
  }

 private:
  const CoreSettings& settings_;
  const LocalData& local_data_;
  wire::NameView name_;
};

}  // namespace tern::resolver::policy
