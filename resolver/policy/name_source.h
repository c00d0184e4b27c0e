// Where answers about a name come from. Each name has one source: local data, the nearest
// configured zone at or above it, or the public tree. What servers say of names of another source
// is ignored, even when an alias of theirs leads there.
//
// Without that rule a public CNAME to a name of an internal zone would let strangers deny that name
// or make it up. One to `localhost.`, or to a name of the hosts file, would put their records
// beside the local ones.
//
// Thread: any. Borrows the settings, the local data and the name.
#pragma once

#include "resolver/policy/core_settings.h"
#include "resolver/policy/local_data.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::policy {

// A zone's DS records lie in its parent (RFC 4035 section 3.1.4.1). The forwarders of a forward
// zone know them too.
bool IsAskedAbove(const CoreSettings& settings, wire::NameView name, wire::RRType type);
// The parent of a stub zone is asked for the zone's DS alone: it has one or has none.
bool IsAtBorder(const CoreSettings& settings, wire::NameView name, wire::RRType type);

// When an authoritative zone denies a name, it denies all names below it (RFC 8020). A forwarder
// may have names below from elsewhere.
bool DeniesBelow(const CoreSettings& settings, wire::NameView name);

// The source of the name that servers are asked for.
class NameSource {
 public:
  NameSource(const CoreSettings& settings, const LocalData& local_data, wire::NameView name)
      : settings_(settings), local_data_(local_data), name_(name) {}

  // Whether `name` has the same source. It is asked for the names that aliases lead to, not for
  // every reply. Never true of a local name: local data needs no server.
  bool IsSourceOf(wire::NameView name) const {
    return ZoneOf(name) == ZoneOf(name_) && !local_data_.Has(name);
  }

 private:
  // Null: the public tree.
  const StaticZone* ZoneOf(wire::NameView name) const {
    return settings_.static_zones.Nearest(name, /*use_forward=*/true);
  }

  const CoreSettings& settings_;
  const LocalData& local_data_;
  wire::NameView name_;
};

}  // namespace tern::resolver::policy
