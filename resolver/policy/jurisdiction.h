// Who speaks for a name: local data, the nearest zone of the configuration, or else the public
// tree.
//
// Servers of one say nothing of names of another, be it at the end of an alias that is theirs: a
// public CNAME to a name of an internal zone would else let strangers deny or make up that name,
// and one to `localhost.` or to a name of the hosts file would put them beside these.
//
// Thread: any; borrows the settings, the local data and the name that was asked for.
#pragma once

#include "resolver/policy/core_settings.h"
#include "resolver/policy/local_data.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::policy {

// The nearest zone of the configuration at or above `name`, or null. `use_forward`: forward zones
// count.
const StaticZone* NearestStaticZone(const CoreSettings& settings, wire::NameView name,
                                    bool use_forward);
// The zone of the configuration that has just that name, or null.
const StaticZone* StaticZoneAt(const CoreSettings& settings, wire::NameView name);

// DS lies in the parent (RFC 4035 section 3.1.4.1). Of a forward zone its forwarders know it.
bool IsAskedAbove(const CoreSettings& settings, wire::NameView name, wire::RRType type);
// The parent of a stub zone has a DS for it or has none, and no more to say.
bool IsAtBorder(const CoreSettings& settings, wire::NameView name, wire::RRType type);

// An authoritative zone's denial of a name is one of all below it (RFC 8020). Not a forwarder's:
// what it denies may have names below it that it has from elsewhere.
bool DeniesBelow(const CoreSettings& settings, wire::NameView name);

class Jurisdiction {
 public:
  // Of the servers that are asked for `name`.
  Jurisdiction(const CoreSettings& settings, const LocalData& local_data, wire::NameView name)
      : settings_(settings), local_data_(local_data), name_(name) {}

  // Looks through the zones of the configuration: for the names that aliases lead to, not for
  // every reply.
  bool Holds(wire::NameView name) const {
    return Speaker(name) == Speaker(name_) && !local_data_.Has(name);
  }

 private:
  const StaticZone* Speaker(wire::NameView name) const {
    return NearestStaticZone(settings_, name, /*use_forward=*/true);
  }

  const CoreSettings& settings_;
  const LocalData& local_data_;
  wire::NameView name_;
};

}  // namespace tern::resolver::policy
